-- Traces that are gone on with when a dataset is cleaned, and when a request to freeze is answered.
ALTER TABLE dataset ADD COLUMN trace_parent text;
ALTER TABLE dataset_freeze ADD COLUMN trace_parent text;
