-- Grows with each announcement of an adapter, whatever the clock does.
ALTER TABLE adapter ADD COLUMN revision bigint NOT NULL DEFAULT 0;

-- By which key all adapters were announced: by another one, they are announced again.
CREATE TABLE announcing_key (
    is_single   boolean PRIMARY KEY DEFAULT true CHECK (is_single),
    fingerprint text NOT NULL
);

INSERT INTO announcing_key (fingerprint) VALUES ('');

-- Number of a worker's latest heartbeat within its incarnation.
ALTER TABLE worker ADD COLUMN beat bigint;
