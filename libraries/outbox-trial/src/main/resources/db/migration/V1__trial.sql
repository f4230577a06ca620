-- No unique key over the values: a record that takes effect twice leaves two rows.
CREATE TABLE effect (
    id    uuid PRIMARY KEY,
    value text NOT NULL
);

-- Counts the runs of the application, so that each can halt at another place.
CREATE SEQUENCE run;
