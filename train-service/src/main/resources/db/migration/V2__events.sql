-- The digest of the freeze request whose answer a job waits for.
ALTER TABLE job ADD COLUMN freeze_request text;

CREATE INDEX job_by_freeze_request ON job (freeze_request) WHERE status = 'validating_files';

-- clean-service holds requests until their dataset is cleaned; nothing is to be remembered here.
DROP TABLE cleaned_dataset;

-- What each serving replica last said of each adapter.
CREATE TABLE adapter_serving (
    adapter_id  text NOT NULL REFERENCES adapter (id),
    replica_id  text NOT NULL,
    report      text NOT NULL,
    reported_at timestamptz NOT NULL,
    PRIMARY KEY (adapter_id, replica_id)
);
