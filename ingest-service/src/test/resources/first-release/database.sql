-- The database of ingest as a release from before there were entities left it.

-- Records that wait to be sent to Kafka, in the order of their ids.
CREATE TABLE outbox (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic      text NOT NULL,
    record_key bytea,
    value      bytea,
    headers    text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Offset of the next record that each consumer group has to process.
CREATE TABLE consumer_offset (
    consumer_group text NOT NULL,
    topic          text NOT NULL,
    partition      integer NOT NULL,
    next_offset    bigint NOT NULL,
    PRIMARY KEY (consumer_group, topic, partition)
);

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

-- Where Flyway keeps what it has done.
CREATE TABLE flyway_schema_history (
    installed_rank integer PRIMARY KEY,
    version        varchar(50),
    description    varchar(200) NOT NULL,
    type           varchar(20) NOT NULL,
    script         varchar(1000) NOT NULL,
    checksum       integer,
    installed_by   varchar(100) NOT NULL,
    installed_on   timestamp NOT NULL DEFAULT now(),
    execution_time integer NOT NULL,
    success        boolean NOT NULL
);
CREATE INDEX flyway_schema_history_s_idx ON flyway_schema_history (success);
INSERT INTO flyway_schema_history
    (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
VALUES
    (1, '0', 'outbox', 'SQL', 'V0__outbox.sql', -925095934, 'postgres', 7, true),
    (2, '1', 'ingest', 'SQL', 'V1__ingest.sql', -1695683874, 'postgres', 9, true);

INSERT INTO file VALUES
    ('file-old', '080ef1ddcd614d55da7646185affb5ad4257b6d922b7acbc9453f7c4159f1667', 75, 'rows.jsonl', 'fine-tune', 'question-answer',
     '"question" and "answer" in 2 of the first 2 rows', '2026-01-02T03:04:05.000006Z');

INSERT INTO dataset VALUES
    ('ds-sealed', 'rows.jsonl', 'none', '0000000000000000000000000000000000000000000000000000000000000000', 'file-old', '080ef1ddcd614d55da7646185affb5ad4257b6d922b7acbc9453f7c4159f1667', 'sealed', 2, 0, NULL,
     '2026-01-02T03:04:06Z'),
    -- Its file was accepted and not yet read when the service ended.
    ('ds-pending', 'rows.jsonl', 'none', '0000000000000000000000000000000000000000000000000000000000000000', 'file-old', '080ef1ddcd614d55da7646185affb5ad4257b6d922b7acbc9453f7c4159f1667', 'open', 0, 0, NULL,
     '2026-01-02T03:04:07Z'),
    ('ds-open', 'by records', 'none', '0000000000000000000000000000000000000000000000000000000000000000', NULL, NULL, 'open', 2, 0, NULL,
     '2026-01-02T03:04:08Z'),
    ('ds-failed', 'rows.jsonl', 'none', '0000000000000000000000000000000000000000000000000000000000000000', 'file-gone', '0000000000000000000000000000000000000000000000000000000000000000', 'sealed', 0, 0,
     'the bytes of "file-gone" can no longer be read', '2026-01-02T03:04:09Z');

INSERT INTO row_source VALUES
    ('ds-sealed', 'file-old', '080ef1ddcd614d55da7646185affb5ad4257b6d922b7acbc9453f7c4159f1667', 'question-answer', true, 'published', 2, 0,
     '2026-01-02T03:04:06Z'),
    ('ds-pending', 'file-old', '080ef1ddcd614d55da7646185affb5ad4257b6d922b7acbc9453f7c4159f1667', 'question-answer', true, 'pending', 0, 0,
     '2026-01-02T03:04:07Z'),
    ('ds-failed', 'file-gone', '0000000000000000000000000000000000000000000000000000000000000000', 'messages', true, 'failed', 0, 0, '2026-01-02T03:04:09Z'),
    ('ds-open', 'batch/once', '080ef1ddcd614d55da7646185affb5ad4257b6d922b7acbc9453f7c4159f1667', NULL, false, 'published', 2, 0, '2026-01-02T03:04:10Z');

-- Two records of the partition have taken effect.
INSERT INTO consumer_offset VALUES ('loramill-ingest', 'loramill.rows.submitted', 0, 2);

-- An event that was not sent before the end.
INSERT INTO outbox (topic, record_key, value, headers) VALUES
    ('loramill.datasets.history', convert_to('ds-open', 'UTF8'),
     convert_to('{"datasetId":"ds-open","name":"by records","recipe":{"name":"none","digest":"0000000000000000000000000000000000000000000000000000000000000000"},"openedAt":"2026-01-02T03:04:08Z"}', 'UTF8'),
     '[{"name":"content-type","value":"YXBwbGljYXRpb24vanNvbg=="},{"name":"ce_specversion","value":"MS4w"},{"name":"ce_id","value":"b2xkLTE="},{"name":"ce_type","value":"bG9yYW1pbGwuZGF0YXNldC5vcGVuZWQudjE="},{"name":"ce_source","value":"L2xvcmFtaWxsL29sZA=="},{"name":"ce_time","value":"MjAyNi0wMS0wMlQwMzowNDowNVo="},{"name":"ce_subject","value":"ZHMtb3Blbg=="}]');
