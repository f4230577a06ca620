-- Whether bytes are needed is asked by their digest.
CREATE INDEX file_by_digest ON file (sha256);
CREATE INDEX row_source_by_digest ON row_source (sha256);
