-- Who publishes a pending upload, and until when nobody else takes it up. Both are renewed while it
-- is published, so what a killed process was at is free a moment later.
ALTER TABLE row_source ADD COLUMN claimed_by text;
ALTER TABLE row_source ADD COLUMN claimed_until timestamptz;
