package dev.loramill.artifacts;

/**
 * An artifact that is in the store.
 *
 * @param sha256 digest of its bytes, 64 lower-case hex digits
 * @param sizeBytes number of its bytes
 */
public record StoredArtifact(String sha256, long sizeBytes) {
    public StoredArtifact {
        Digests.requireSha256(sha256);
        if (sizeBytes < 0) {
            throw new IllegalArgumentException(
                    "artifact \"%s\": sizeBytes must not be negative, got %d"
                            .formatted(sha256, sizeBytes));
        }
    }
}
