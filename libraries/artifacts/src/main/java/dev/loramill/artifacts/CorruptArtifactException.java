package dev.loramill.artifacts;

import java.io.IOException;

/** The bytes stored for an artifact do not have its digest. */
public final class CorruptArtifactException extends IOException {
    private static final long serialVersionUID = 1;

    CorruptArtifactException(String sha256, String actual, String file) {
        super(
                "artifact \"%s\" is corrupt: %s has the SHA-256 %s; delete the file and store the artifact again"
                        .formatted(sha256, file, actual));
    }
}
