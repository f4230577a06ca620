-- Trace of the request that created a job; all that is published for the job goes on with it.
ALTER TABLE job ADD COLUMN trace_parent text;
