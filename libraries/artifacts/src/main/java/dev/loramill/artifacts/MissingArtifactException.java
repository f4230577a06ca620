package dev.loramill.artifacts;

import java.io.IOException;

/** The store holds no artifact of a digest. */
public final class MissingArtifactException extends IOException {
    private static final long serialVersionUID = 1;

    MissingArtifactException(String sha256, String store) {
        super("artifact \"%s\" is not in the store %s".formatted(sha256, store));
    }
}
