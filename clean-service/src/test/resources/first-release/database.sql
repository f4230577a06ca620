-- The database of clean as a release from before there were entities left it.

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

-- Recipes by the digest of their document; a document never changes.
CREATE TABLE recipe (
    digest    text PRIMARY KEY,
    name      text NOT NULL,
    document  text NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now()
);

-- What a recipe's name stands for now: the digest stored last.
CREATE TABLE recipe_name (
    name   text PRIMARY KEY,
    digest text NOT NULL REFERENCES recipe (digest)
);

-- Datasets as their events tell, with the counts of their rows' outcomes.
CREATE TABLE dataset (
    id            text PRIMARY KEY,
    name          text,
    recipe_name   text,
    recipe_digest text,
    state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'sealed', 'cleaned')),
    row_count     bigint,
    refused_count bigint,
    kept          bigint NOT NULL DEFAULT 0,
    rejected      bigint NOT NULL DEFAULT 0,
    duplicate     bigint NOT NULL DEFAULT 0,
    seen_at       timestamptz NOT NULL DEFAULT now()
);

-- What became of each row. One line a row, whatever is delivered twice.
CREATE TABLE row_outcome (
    dataset_id    text NOT NULL,
    row_id        text NOT NULL,
    outcome       text NOT NULL CHECK (outcome IN ('kept', 'rejected', 'duplicate')),
    source        text NOT NULL,
    line          bigint NOT NULL,
    stage         text,
    rule          text,
    reason        text,
    -- Digest of the cleaned messages; of kept rows only.
    digest        text,
    -- The cleaned messages as a JSON array; of kept rows only.
    messages      text,
    -- The row as it came, JSON: an array of messages, or at the door the line as a string; null
    -- for a kept row that no rule changed.
    original      text,
    -- Ids of the rules that changed a kept row, joined by commas; null when none did.
    rules_applied text,
    PRIMARY KEY (dataset_id, row_id)
);
CREATE INDEX row_outcome_by_rule ON row_outcome (dataset_id, outcome, rule);
CREATE INDEX row_outcome_by_digest ON row_outcome (dataset_id, digest) WHERE outcome = 'kept';

-- Frozen versions; the manifest lies in the artifact store under the version's own name.
CREATE TABLE dataset_version (
    version        text PRIMARY KEY,
    dataset_id     text NOT NULL,
    -- Digest of what was asked for: the same question finds the same version.
    request_digest text NOT NULL UNIQUE,
    manifest_bytes bigint NOT NULL,
    base_id        text NOT NULL,
    train_rows     bigint NOT NULL,
    eval_rows      bigint NOT NULL,
    train_sha256   text NOT NULL,
    eval_sha256    text NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX dataset_version_by_dataset ON dataset_version (dataset_id, created_at);

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
    (2, '1', 'clean', 'SQL', 'V1__clean.sql', -102359528, 'postgres', 9, true);

INSERT INTO recipe VALUES ('83d91195f53c96ee11e509bf8972f191e22219289ba9a793a690d21d778b2996', 'of-old', '{"description":"As it was.","name":"of-old","rules":[]}', '2026-01-02T03:04:05Z');
INSERT INTO recipe_name VALUES ('of-old', '83d91195f53c96ee11e509bf8972f191e22219289ba9a793a690d21d778b2996');

INSERT INTO dataset VALUES
    ('ds-frozen', 'rows.jsonl', 'of-old', '83d91195f53c96ee11e509bf8972f191e22219289ba9a793a690d21d778b2996', 'cleaned', 2, 0, 2, 0, 0,
     '2026-01-02T03:04:06Z'),
    -- One of its rows had no outcome yet when the service ended.
    ('ds-halfway', 'half', 'of-old', '83d91195f53c96ee11e509bf8972f191e22219289ba9a793a690d21d778b2996', 'sealed', 3, 0, 1, 1, 0, '2026-01-02T03:04:07Z');

INSERT INTO row_outcome VALUES
    ('ds-frozen', 'file-1:1', 'kept', 'file-1', 1, NULL, NULL, NULL, '1111111111111111111111111111111111111111111111111111111111111111', '[{"role":"user","content":"Why?"},{"role":"assistant","content":"So."}]', NULL,
     NULL),
    ('ds-frozen', 'file-1:2', 'kept', 'file-1', 2, NULL, NULL, NULL, '2222222222222222222222222222222222222222222222222222222222222222', '[{"role":"user","content":"Where?"},{"role":"assistant","content":"There."}]', '[{"role":"user","content":"Where?"},{"role":"assistant","content":"Hi, There. Bye."}]',
     'greeting,sign-off'),
    ('ds-halfway', 'file-2:1', 'kept', 'file-2', 1, NULL, NULL, NULL, '1111111111111111111111111111111111111111111111111111111111111111', '[{"role":"user","content":"Why?"},{"role":"assistant","content":"So."}]', NULL,
     NULL),
    ('ds-halfway', 'file-2:2', 'rejected', 'file-2', 2, 'ingest', 'not-json',
     'line 2 is not JSON', NULL, NULL, '"{"', NULL);

INSERT INTO dataset_version VALUES
    ('70bf3c66afa7868a1cb73b4986f15a5237bc2c21d1da5ff4e513b4e7427b7578', 'ds-frozen', '5555555555555555555555555555555555555555555555555555555555555555', 1257, 'tiny', 1, 1,
     '3ee365ef99592f32ff46eb66018037399d9164a743f0657c79cec25eb7bf90a1',
     '74636b779b892c74bd052d7b18cc1c116ae18e6f1c549f231baa8c2a1e39fdf4', '2026-01-02T03:04:08Z');

-- The first record of the partition has taken effect, and all others there were.
INSERT INTO consumer_offset VALUES ('loramill-clean-ledger', 'loramill.rows.cleaned', 0, 1);

-- An event that was not sent before the end.
INSERT INTO outbox (topic, record_key, value, headers) VALUES
    ('loramill.datasets.history', convert_to('ds-frozen', 'UTF8'),
     convert_to('{"datasetId":"ds-frozen","name":"rows.jsonl","recipe":{"name":"of-old","digest":"83d91195f53c96ee11e509bf8972f191e22219289ba9a793a690d21d778b2996"},"counts":{"received":2,"kept":2,"rejected":0,"duplicate":0}}', 'UTF8'),
     '[{"name":"content-type","value":"YXBwbGljYXRpb24vanNvbg=="},{"name":"ce_specversion","value":"MS4w"},{"name":"ce_id","value":"b2xkLTE="},{"name":"ce_type","value":"bG9yYW1pbGwuZGF0YXNldC5jbGVhbmVkLnYx"},{"name":"ce_source","value":"L2xvcmFtaWxsL29sZA=="},{"name":"ce_time","value":"MjAyNi0wMS0wMlQwMzowNDowNVo="},{"name":"ce_subject","value":"ZHMtZnJvemVu"}]');
