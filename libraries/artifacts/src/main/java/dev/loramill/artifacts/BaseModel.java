package dev.loramill.artifacts;

/**
 * A base model that jobs may name.
 *
 * @param id name that people use, 1 to 64 of {@code a-z 0-9 . _ -}
 * @param sha256 digest of its GGUF file, which is in the artifact store
 * @param sizeBytes size of the file
 * @param architecture GGUF architecture, such as {@code llama}
 * @param quantization type of its linear weights, such as {@code Q4_1}
 * @param license SPDX identifier of its licence, or {@code unknown}
 * @param source where it was taken from, for people
 */
public record BaseModel(
        String id,
        String sha256,
        long sizeBytes,
        String architecture,
        String quantization,
        String license,
        String source) {
    public BaseModel {
        if (!id.matches("[a-z0-9][a-z0-9._-]{0,63}")) {
            throw new IllegalArgumentException(
                    "base id \"%s\" must be 1 to 64 of a-z 0-9 . _ - and begin with a letter or digit"
                            .formatted(id));
        }
        Digests.requireSha256(sha256);
        if (sizeBytes <= 0) {
            throw new IllegalArgumentException(
                    "base \"%s\": sizeBytes must be positive, got %d".formatted(id, sizeBytes));
        }
    }
}
