-- Records that Kafka will never take are set aside with the reason; later ones of their key wait behind them.
ALTER TABLE outbox ADD COLUMN parked_at timestamptz;
ALTER TABLE outbox ADD COLUMN parked_reason text;
-- By a digest, since a key may be larger than an index can hold.
CREATE INDEX outbox_parked ON outbox (topic, md5(record_key), id) WHERE parked_at IS NOT NULL;

-- Kafka's id of the topic that the offset is of: a topic that was made anew has another.
ALTER TABLE consumer_offset ADD COLUMN topic_id text;
