-- The same rows frozen in the same way are one version, whatever dataset they came from; so what was
-- asked for no longer stands with the version, but in a table of its own. Versions that were frozen
-- before keep the digest of what was asked for them, which nothing asks for any more.
ALTER TABLE dataset_version ALTER COLUMN request_digest DROP NOT NULL;

-- Requests to freeze a dataset, by the digest of dataset and request.
CREATE TABLE dataset_freeze (
    request_digest text PRIMARY KEY,
    dataset_id     text NOT NULL,
    request        jsonb NOT NULL,
    -- Somebody waits for an answer by an event.
    is_awaited     boolean NOT NULL,
    -- Null until it is answered for the first time: frozen (version, base, format) or refused.
    answer         jsonb,
    requested_at   timestamptz NOT NULL
);
CREATE INDEX dataset_freeze_awaited ON dataset_freeze (requested_at) WHERE is_awaited;
