-- Ids of deleted datasets, which are not given again: events of their rows are still on Kafka.
CREATE TABLE deleted_dataset (
    id         text PRIMARY KEY,
    deleted_at timestamptz NOT NULL
);
