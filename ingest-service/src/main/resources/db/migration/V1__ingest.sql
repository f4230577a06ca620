-- Files that were uploaded; their bytes lie in the artifact store.
CREATE TABLE file (
    id            text PRIMARY KEY,
    sha256        text NOT NULL,
    size_bytes    bigint NOT NULL,
    filename      text NOT NULL,
    purpose       text NOT NULL,
    format        text NOT NULL,
    format_reason text NOT NULL,
    created_at    timestamptz NOT NULL
);

CREATE INDEX file_by_time ON file (created_at, id);

-- Datasets and how many rows came to their door.
CREATE TABLE dataset (
    id            text PRIMARY KEY,
    name          text NOT NULL,
    recipe_name   text NOT NULL,
    recipe_digest text NOT NULL,
    file_id       text,
    file_sha256   text,
    state         text NOT NULL CHECK (state IN ('open', 'sealed')),
    row_count     bigint NOT NULL DEFAULT 0,
    refused_count bigint NOT NULL DEFAULT 0,
    fault         text,
    created_at    timestamptz NOT NULL
);

CREATE INDEX dataset_by_time ON dataset (created_at, id);

-- What brings rows to a dataset: its file, or a batch. Pending ones are published to Kafka and then
-- counted; counting ends with the change of the state, so it happens once however often a source
-- is published.
CREATE TABLE row_source (
    dataset_id    text NOT NULL REFERENCES dataset (id),
    source_id     text NOT NULL,
    sha256        text NOT NULL,
    format        text,
    is_whole      boolean NOT NULL,
    state         text NOT NULL CHECK (state IN ('pending', 'published', 'failed')),
    row_count     bigint NOT NULL DEFAULT 0,
    refused_count bigint NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (dataset_id, source_id)
);

CREATE INDEX row_source_pending ON row_source (created_at) WHERE state = 'pending';
