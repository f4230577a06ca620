package dev.loramill.train.dataset;

/**
 * A file that ingest-service holds.
 *
 * @param id id of the file
 * @param sha256 digest of its bytes
 * @param purpose purpose that it was uploaded for
 */
public record UploadedFile(String id, String sha256, String purpose) {}
