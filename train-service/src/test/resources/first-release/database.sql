-- The database of train as a release from before there were entities left it.

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

-- Fine-tuning jobs. The state is a document of the state machine; status and not_before repeat
-- what queries look for.
CREATE TABLE job (
    number           bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    id               text PRIMARY KEY,
    created_at       timestamptz NOT NULL,
    status           text NOT NULL
        CHECK (status IN ('validating_files', 'queued', 'running', 'succeeded', 'failed', 'cancelled')),
    not_before       timestamptz,
    specification    jsonb NOT NULL,
    state            jsonb NOT NULL,
    metadata         jsonb NOT NULL,
    estimated_finish timestamptz
);

CREATE INDEX job_by_status ON job (status, number);

-- What clients read of a job's life, oldest first.
CREATE TABLE job_event (
    number     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id     text NOT NULL REFERENCES job (id),
    created_at timestamptz NOT NULL,
    level      text NOT NULL CHECK (level IN ('info', 'warn', 'error')),
    type       text NOT NULL CHECK (type IN ('message', 'metrics')),
    message    text NOT NULL,
    data       jsonb
);

CREATE INDEX job_event_by_job ON job_event (job_id, number);

-- What was measured at each step; a step made again by another attempt replaces the first.
CREATE TABLE job_metric (
    job_id               text NOT NULL REFERENCES job (id),
    step                 integer NOT NULL,
    train_loss           double precision,
    valid_loss           double precision,
    valid_token_accuracy double precision,
    PRIMARY KEY (job_id, step)
);

CREATE TABLE job_checkpoint (
    job_id     text NOT NULL REFERENCES job (id),
    step       integer NOT NULL,
    sha256     text NOT NULL,
    size_bytes bigint NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (job_id, step)
);

-- Leased attempts; open ones have no end.
CREATE TABLE attempt (
    epoch       bigint PRIMARY KEY,
    job_id      text NOT NULL REFERENCES job (id),
    attempt     integer NOT NULL,
    worker_id   text NOT NULL,
    assigned_at timestamptz NOT NULL,
    reported_at timestamptz,
    ended_at    timestamptz,
    outcome     text,
    UNIQUE (job_id, attempt)
);

CREATE INDEX attempt_open ON attempt (worker_id) WHERE ended_at IS NULL;

-- The greatest epoch ever leased; its lock makes one scheduler at a time.
CREATE TABLE fencing (
    is_single  boolean PRIMARY KEY DEFAULT true CHECK (is_single),
    last_epoch bigint NOT NULL
);

INSERT INTO fencing (last_epoch) VALUES (0);

-- The latest heartbeat of each worker, and the latest that named an attempt.
CREATE TABLE worker (
    id              text PRIMARY KEY,
    incarnation     bigint NOT NULL,
    device          text NOT NULL,
    memory_bytes    bigint NOT NULL,
    heard_at        timestamptz NOT NULL,
    running_job     text,
    running_attempt integer,
    running_epoch   bigint,
    busy_epoch      bigint,
    busy_heard_at   timestamptz,
    recalled_epoch  bigint
);

-- Datasets of which every row has its outcome.
CREATE TABLE cleaned_dataset (
    id        text PRIMARY KEY,
    received  bigint NOT NULL,
    kept      bigint NOT NULL,
    rejected  bigint NOT NULL,
    duplicate bigint NOT NULL
);

-- Adapters, by the digest of their file.
CREATE TABLE adapter (
    number     bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    id         text PRIMARY KEY,
    model      text NOT NULL UNIQUE,
    job_id     text NOT NULL REFERENCES job (id),
    candidate  jsonb NOT NULL,
    state      jsonb NOT NULL,
    created_at timestamptz NOT NULL
);

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
    (1, '0', 'outbox', 'SQL', 'db/outbox/V0__outbox.sql', -925095934, 'postgres', 60, true),
    (2, '1', 'train', 'SQL', 'db/migration/V1__train.sql', -2009136149, 'postgres', 99, true);

INSERT INTO job (id, created_at, status, specification, state, metadata) VALUES
    ('ftjob-done', '2026-01-02T03:00:00Z', 'succeeded',
     '{"baseId":"tiny-base","base":{"sha256":"1a4b384c68bfc25050134f1c855abcdf536e3e14c140329a8a40cdaa80e79eb2","sizeBytes":8},"rows":{"kind":"version","digest":"365666e7f24ddd59d1a4dee5ba74c77170075e90fc98dfb5ece90d705d6dfa65"},"suffix":null,"seed":42,"metadata":{},"lora":{"rank":16,"alpha":32.0,"dropout":0.0,"targets":["q","k","v","o","gate","up","down"]},"hyperparameters":{"epochs":2,"batchSize":null,"learningRateMultiplier":null,"learningRate":null,"maxSteps":null,"gradientAccumulation":null,"maxLength":null,"warmupSteps":null,"evalEvery":null,"saveEvery":null,"precision":null,"sample":100,"evalFraction":0.2},"probes":["Why?"],"systemPrompt":null}',
     '{"kind":"succeeded","spec":{"baseId":"tiny-base","base":{"sha256":"1a4b384c68bfc25050134f1c855abcdf536e3e14c140329a8a40cdaa80e79eb2","sizeBytes":8},"datasetVersion":"365666e7f24ddd59d1a4dee5ba74c77170075e90fc98dfb5ece90d705d6dfa65","trainRows":{"sha256":"67f26d846c06b3929264955fc11170614e6a38da4e3e9863cb658ba0d00a6acf","sizeBytes":10},"evalRows":{"sha256":"ea72a765a6fdbd168e8477d4e5b486f8e696c69abffc52a4ae9f103d6448cd08","sizeBytes":9},"contract":{"baseDigest":"1a4b384c68bfc25050134f1c855abcdf536e3e14c140329a8a40cdaa80e79eb2","baseQuantization":"Q4_1","architecture":"llama","vocabularySize":320,"tokenizerDigest":"5f97e3774c51edd1d63706c2ec3826c564a067794770cdab0f8c4797971cacf9","chatTemplateDigest":"5cde0f1298f41f7d1c8b907a36992a7a513225a2615bd6e307bf1a9149b06b40","templateDate":"2024-07-26","bosCount":1,"endOfTurnToken":2},"lora":{"rank":16,"alpha":32.0,"dropout":0.0,"targets":["q","k","v","o","gate","up","down"]},"hyperparameters":{"epochs":2,"maxSteps":null,"batchSize":4,"gradientAccumulation":1,"learningRate":2.0E-4,"warmupSteps":null,"maxLength":512,"seed":7,"precision":"auto","evalEverySteps":50,"saveEverySteps":25},"probes":["Why?"],"systemPrompt":null},"adapterId":"acd256e65af84c754642b00f9a16f6d9c75f1aadbbd7e1da806da9dba71d98fc","model":"ft:tiny-base:loramill::11111111","trainedTokens":10000,"finishedAt":"2026-01-02T03:04:05.000006Z"}',
     '{}');
INSERT INTO job (id, created_at, status, specification, state, metadata) VALUES
    ('ftjob-held', '2026-01-02T03:00:00Z', 'succeeded',
     '{"baseId":"tiny-base","base":{"sha256":"1a4b384c68bfc25050134f1c855abcdf536e3e14c140329a8a40cdaa80e79eb2","sizeBytes":8},"rows":{"kind":"version","digest":"365666e7f24ddd59d1a4dee5ba74c77170075e90fc98dfb5ece90d705d6dfa65"},"suffix":null,"seed":42,"metadata":{},"lora":{"rank":16,"alpha":32.0,"dropout":0.0,"targets":["q","k","v","o","gate","up","down"]},"hyperparameters":{"epochs":2,"batchSize":null,"learningRateMultiplier":null,"learningRate":null,"maxSteps":null,"gradientAccumulation":null,"maxLength":null,"warmupSteps":null,"evalEvery":null,"saveEvery":null,"precision":null,"sample":100,"evalFraction":0.2},"probes":["Why?"],"systemPrompt":null}',
     '{"kind":"succeeded","spec":{"baseId":"tiny-base","base":{"sha256":"1a4b384c68bfc25050134f1c855abcdf536e3e14c140329a8a40cdaa80e79eb2","sizeBytes":8},"datasetVersion":"365666e7f24ddd59d1a4dee5ba74c77170075e90fc98dfb5ece90d705d6dfa65","trainRows":{"sha256":"67f26d846c06b3929264955fc11170614e6a38da4e3e9863cb658ba0d00a6acf","sizeBytes":10},"evalRows":{"sha256":"ea72a765a6fdbd168e8477d4e5b486f8e696c69abffc52a4ae9f103d6448cd08","sizeBytes":9},"contract":{"baseDigest":"1a4b384c68bfc25050134f1c855abcdf536e3e14c140329a8a40cdaa80e79eb2","baseQuantization":"Q4_1","architecture":"llama","vocabularySize":320,"tokenizerDigest":"5f97e3774c51edd1d63706c2ec3826c564a067794770cdab0f8c4797971cacf9","chatTemplateDigest":"5cde0f1298f41f7d1c8b907a36992a7a513225a2615bd6e307bf1a9149b06b40","templateDate":"2024-07-26","bosCount":1,"endOfTurnToken":2},"lora":{"rank":16,"alpha":32.0,"dropout":0.0,"targets":["q","k","v","o","gate","up","down"]},"hyperparameters":{"epochs":2,"maxSteps":null,"batchSize":4,"gradientAccumulation":1,"learningRate":2.0E-4,"warmupSteps":null,"maxLength":512,"seed":7,"precision":"auto","evalEverySteps":50,"saveEverySteps":25},"probes":["Why?"],"systemPrompt":null},"adapterId":"f18759596fd531cd696264fe141bfbd71d52c4d3db6dd8b58e05ee05bfe9dc16","model":"ft:tiny-base:loramill::22222222","trainedTokens":10000,"finishedAt":"2026-01-02T03:05:05Z"}',
     '{}');
INSERT INTO job (id, created_at, status, specification, state, metadata) VALUES
    ('ftjob-running', '2026-01-02T03:00:00Z', 'running',
     '{"baseId":"tiny-base","base":{"sha256":"1a4b384c68bfc25050134f1c855abcdf536e3e14c140329a8a40cdaa80e79eb2","sizeBytes":8},"rows":{"kind":"version","digest":"365666e7f24ddd59d1a4dee5ba74c77170075e90fc98dfb5ece90d705d6dfa65"},"suffix":null,"seed":42,"metadata":{},"lora":{"rank":16,"alpha":32.0,"dropout":0.0,"targets":["q","k","v","o","gate","up","down"]},"hyperparameters":{"epochs":2,"batchSize":null,"learningRateMultiplier":null,"learningRate":null,"maxSteps":null,"gradientAccumulation":null,"maxLength":null,"warmupSteps":null,"evalEvery":null,"saveEvery":null,"precision":null,"sample":100,"evalFraction":0.2},"probes":["Why?"],"systemPrompt":null}',
     '{"kind":"running","spec":{"baseId":"tiny-base","base":{"sha256":"1a4b384c68bfc25050134f1c855abcdf536e3e14c140329a8a40cdaa80e79eb2","sizeBytes":8},"datasetVersion":"365666e7f24ddd59d1a4dee5ba74c77170075e90fc98dfb5ece90d705d6dfa65","trainRows":{"sha256":"67f26d846c06b3929264955fc11170614e6a38da4e3e9863cb658ba0d00a6acf","sizeBytes":10},"evalRows":{"sha256":"ea72a765a6fdbd168e8477d4e5b486f8e696c69abffc52a4ae9f103d6448cd08","sizeBytes":9},"contract":{"baseDigest":"1a4b384c68bfc25050134f1c855abcdf536e3e14c140329a8a40cdaa80e79eb2","baseQuantization":"Q4_1","architecture":"llama","vocabularySize":320,"tokenizerDigest":"5f97e3774c51edd1d63706c2ec3826c564a067794770cdab0f8c4797971cacf9","chatTemplateDigest":"5cde0f1298f41f7d1c8b907a36992a7a513225a2615bd6e307bf1a9149b06b40","templateDate":"2024-07-26","bosCount":1,"endOfTurnToken":2},"lora":{"rank":16,"alpha":32.0,"dropout":0.0,"targets":["q","k","v","o","gate","up","down"]},"hyperparameters":{"epochs":2,"maxSteps":null,"batchSize":4,"gradientAccumulation":1,"learningRate":2.0E-4,"warmupSteps":null,"maxLength":512,"seed":7,"precision":"auto","evalEverySteps":50,"saveEverySteps":25},"probes":["Why?"],"systemPrompt":null},"attempt":{"jobId":"ftjob-running","attempt":1,"epoch":6,"workerId":"w-old"},"checkpoint":null}',
     '{}');
INSERT INTO job (id, created_at, status, specification, state, metadata) VALUES
    ('ftjob-queued', '2026-01-02T03:00:00Z', 'queued',
     '{"baseId":"tiny-base","base":{"sha256":"1a4b384c68bfc25050134f1c855abcdf536e3e14c140329a8a40cdaa80e79eb2","sizeBytes":8},"rows":{"kind":"version","digest":"365666e7f24ddd59d1a4dee5ba74c77170075e90fc98dfb5ece90d705d6dfa65"},"suffix":null,"seed":42,"metadata":{},"lora":{"rank":16,"alpha":32.0,"dropout":0.0,"targets":["q","k","v","o","gate","up","down"]},"hyperparameters":{"epochs":2,"batchSize":null,"learningRateMultiplier":null,"learningRate":null,"maxSteps":null,"gradientAccumulation":null,"maxLength":null,"warmupSteps":null,"evalEvery":null,"saveEvery":null,"precision":null,"sample":100,"evalFraction":0.2},"probes":["Why?"],"systemPrompt":null}',
     '{"kind":"queued","spec":{"baseId":"tiny-base","base":{"sha256":"1a4b384c68bfc25050134f1c855abcdf536e3e14c140329a8a40cdaa80e79eb2","sizeBytes":8},"datasetVersion":"365666e7f24ddd59d1a4dee5ba74c77170075e90fc98dfb5ece90d705d6dfa65","trainRows":{"sha256":"67f26d846c06b3929264955fc11170614e6a38da4e3e9863cb658ba0d00a6acf","sizeBytes":10},"evalRows":{"sha256":"ea72a765a6fdbd168e8477d4e5b486f8e696c69abffc52a4ae9f103d6448cd08","sizeBytes":9},"contract":{"baseDigest":"1a4b384c68bfc25050134f1c855abcdf536e3e14c140329a8a40cdaa80e79eb2","baseQuantization":"Q4_1","architecture":"llama","vocabularySize":320,"tokenizerDigest":"5f97e3774c51edd1d63706c2ec3826c564a067794770cdab0f8c4797971cacf9","chatTemplateDigest":"5cde0f1298f41f7d1c8b907a36992a7a513225a2615bd6e307bf1a9149b06b40","templateDate":"2024-07-26","bosCount":1,"endOfTurnToken":2},"lora":{"rank":16,"alpha":32.0,"dropout":0.0,"targets":["q","k","v","o","gate","up","down"]},"hyperparameters":{"epochs":2,"maxSteps":null,"batchSize":4,"gradientAccumulation":1,"learningRate":2.0E-4,"warmupSteps":null,"maxLength":512,"seed":7,"precision":"auto","evalEverySteps":50,"saveEverySteps":25},"probes":["Why?"],"systemPrompt":null},"attemptsMade":1,"checkpoint":null,"notBefore":"2026-01-02T03:06:05Z"}',
     '{}');
INSERT INTO job (id, created_at, status, specification, state, metadata) VALUES
    ('ftjob-waiting', '2026-01-02T03:00:00Z', 'validating_files',
     '{"baseId":"tiny-base","base":{"sha256":"1a4b384c68bfc25050134f1c855abcdf536e3e14c140329a8a40cdaa80e79eb2","sizeBytes":8},"rows":{"kind":"file","fileId":"file-old","recipe":{"name":"none","digest":"e1d8e552330911f9f779f85b6f2c00a15e790dcc3fbb3b28f5da1d660a30c5b8"},"datasetId":"ds-old"},"suffix":"it","seed":7,"metadata":{"team":"old"},"lora":{"rank":16,"alpha":32.0,"dropout":0.0,"targets":["q","k","v","o","gate","up","down"]},"hyperparameters":{"epochs":2,"batchSize":null,"learningRateMultiplier":null,"learningRate":null,"maxSteps":null,"gradientAccumulation":null,"maxLength":null,"warmupSteps":null,"evalEvery":null,"saveEvery":null,"precision":null,"sample":100,"evalFraction":0.2},"probes":["Why?"],"systemPrompt":null}',
     '{"kind":"validating_files"}',
     '{"team":"old"}');
INSERT INTO adapter (id, model, job_id, candidate, state, created_at) VALUES
    ('acd256e65af84c754642b00f9a16f6d9c75f1aadbbd7e1da806da9dba71d98fc', 'ft:tiny-base:loramill::11111111', 'ftjob-done',
     '{"model":"ft:tiny-base:loramill::11111111","jobId":"ftjob-done","baseId":"tiny-base","adapter":{"sha256":"acd256e65af84c754642b00f9a16f6d9c75f1aadbbd7e1da806da9dba71d98fc","sizeBytes":100},"peft":{"sha256":"60ec1732ff77892b70d94d812f76daf51be2cb6475d892544c1778df7bd5e2ff","sizeBytes":100},"contract":{"baseDigest":"1a4b384c68bfc25050134f1c855abcdf536e3e14c140329a8a40cdaa80e79eb2","baseQuantization":"Q4_1","architecture":"llama","vocabularySize":320,"tokenizerDigest":"5f97e3774c51edd1d63706c2ec3826c564a067794770cdab0f8c4797971cacf9","chatTemplateDigest":"5cde0f1298f41f7d1c8b907a36992a7a513225a2615bd6e307bf1a9149b06b40","templateDate":"2024-07-26","bosCount":1,"endOfTurnToken":2},"lora":{"rank":16,"alpha":32.0,"dropout":0.0,"targets":["q","k","v","o","gate","up","down"]},"datasetVersion":"365666e7f24ddd59d1a4dee5ba74c77170075e90fc98dfb5ece90d705d6dfa65","evaluation":{"baseEvalLoss":2.5,"adapterEvalLoss":2.0,"evalRows":{"sha256":"ea72a765a6fdbd168e8477d4e5b486f8e696c69abffc52a4ae9f103d6448cd08","sizeBytes":9},"maxLogitDifference":1.5,"answers":[{"question":"Why?","base":{"text":"So.","tokenCount":2,"isEndOfTurnReached":true,"isLooping":false},"adapter":{"text":"So.","tokenCount":2,"isEndOfTurnReached":true,"isLooping":false}}],"decoding":"greedy,max_tokens=256"}}',
     '{"kind":"live","reasons":["eval loss fell"]}', '2026-01-02T03:04:05Z');
INSERT INTO adapter (id, model, job_id, candidate, state, created_at) VALUES
    ('f18759596fd531cd696264fe141bfbd71d52c4d3db6dd8b58e05ee05bfe9dc16', 'ft:tiny-base:loramill::22222222', 'ftjob-held',
     '{"model":"ft:tiny-base:loramill::22222222","jobId":"ftjob-held","baseId":"tiny-base","adapter":{"sha256":"f18759596fd531cd696264fe141bfbd71d52c4d3db6dd8b58e05ee05bfe9dc16","sizeBytes":100},"peft":{"sha256":"60ec1732ff77892b70d94d812f76daf51be2cb6475d892544c1778df7bd5e2ff","sizeBytes":100},"contract":{"baseDigest":"1a4b384c68bfc25050134f1c855abcdf536e3e14c140329a8a40cdaa80e79eb2","baseQuantization":"Q4_1","architecture":"llama","vocabularySize":320,"tokenizerDigest":"5f97e3774c51edd1d63706c2ec3826c564a067794770cdab0f8c4797971cacf9","chatTemplateDigest":"5cde0f1298f41f7d1c8b907a36992a7a513225a2615bd6e307bf1a9149b06b40","templateDate":"2024-07-26","bosCount":1,"endOfTurnToken":2},"lora":{"rank":16,"alpha":32.0,"dropout":0.0,"targets":["q","k","v","o","gate","up","down"]},"datasetVersion":"365666e7f24ddd59d1a4dee5ba74c77170075e90fc98dfb5ece90d705d6dfa65","evaluation":{"baseEvalLoss":2.5,"adapterEvalLoss":2.0,"evalRows":{"sha256":"ea72a765a6fdbd168e8477d4e5b486f8e696c69abffc52a4ae9f103d6448cd08","sizeBytes":9},"maxLogitDifference":1.5,"answers":[{"question":"Why?","base":{"text":"So.","tokenCount":2,"isEndOfTurnReached":true,"isLooping":false},"adapter":{"text":"So.","tokenCount":2,"isEndOfTurnReached":true,"isLooping":false}}],"decoding":"greedy,max_tokens=256"}}',
     '{"kind":"held","reasons":["eval loss did not fall"]}', '2026-01-02T03:04:05Z');

INSERT INTO job_event (job_id, created_at, level, type, message, data) VALUES
    ('ftjob-done', '2026-01-02T03:00:00Z', 'info', 'message', 'Created fine-tuning job: ftjob-done', NULL),
    ('ftjob-done', '2026-01-02T03:01:00Z', 'info', 'metrics', 'Step 2/10: training loss=2.8000', '{"step":2,"train_loss":2.8}'),
    ('ftjob-done', '2026-01-02T03:04:05Z', 'info', 'message', 'The job has successfully completed', NULL);
INSERT INTO job_metric VALUES ('ftjob-done', 2, 2.8, 2.4, 0.5);
INSERT INTO job_checkpoint VALUES
    ('ftjob-done', 2, 'cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc', 100, '2026-01-02T03:02:00Z');
INSERT INTO attempt VALUES
    (4, 'ftjob-done', 1, 'w-old', '2026-01-02T03:00:01Z', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z', 'succeeded'),
    (5, 'ftjob-queued', 1, 'w-old', '2026-01-02T03:05:01Z', '2026-01-02T03:05:05Z', '2026-01-02T03:06:05Z', 'lost'),
    -- Its worker never came back.
    (6, 'ftjob-running', 1, 'w-old', '2026-01-02T03:07:01Z', NULL, NULL, NULL);
UPDATE fencing SET last_epoch = 6;
INSERT INTO worker VALUES
    ('w-old', 1, 'cpu', 1073741824, '2026-01-02T03:07:02Z', 'ftjob-running', 1, 6, 6, '2026-01-02T03:07:02Z', NULL);
INSERT INTO cleaned_dataset VALUES ('ds-older', 2, 2, 0, 0);
INSERT INTO consumer_offset VALUES ('train.training-events', 'loramill.training.events', 0, 0);
