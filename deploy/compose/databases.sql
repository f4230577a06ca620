-- One database a service; each makes its own tables at its start.
CREATE DATABASE loramill_ingest;
CREATE DATABASE loramill_clean;
CREATE DATABASE loramill_train;
