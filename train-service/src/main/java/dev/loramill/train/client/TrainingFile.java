package dev.loramill.train.client;

/**
 * A file that ingest-service holds.
 *
 * @param id id of the file
 * @param sha256 digest of its bytes
 * @param purpose purpose that it was uploaded for
 */
public record TrainingFile(String id, String sha256, String purpose) {}
