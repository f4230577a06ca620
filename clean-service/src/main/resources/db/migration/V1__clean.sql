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
