-- Trace of the request that brought an upload; publishing it goes on with that trace.
ALTER TABLE row_source ADD COLUMN trace_parent text;
