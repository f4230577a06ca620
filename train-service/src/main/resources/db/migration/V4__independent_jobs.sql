-- How often in a row ingest could not be asked for a job's rows, how often they could not be frozen
-- yet, and when the job is looked after again.
ALTER TABLE job ADD COLUMN open_tries integer NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN freeze_tries integer NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN prepare_at timestamptz;

-- Which directory a worker keeps its state in, how far it is with what it runs and since when, and
-- the latest heartbeat of another process that says it is this worker.
ALTER TABLE worker ADD COLUMN instance text;
ALTER TABLE worker ADD COLUMN progress bigint;
ALTER TABLE worker ADD COLUMN progressed_at timestamptz;
ALTER TABLE worker ADD COLUMN rival_instance text;
ALTER TABLE worker ADD COLUMN rival_heard_at timestamptz;
