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
