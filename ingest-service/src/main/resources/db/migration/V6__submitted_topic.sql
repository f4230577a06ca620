-- Kafka's id of the first topic whose records were taken in: their rows are named by partition and
-- offset alone. Rows of a topic that was made anew, whose offsets begin again, have its id too.
CREATE TABLE submitted_topic (
    topic    text PRIMARY KEY,
    topic_id text NOT NULL
);
