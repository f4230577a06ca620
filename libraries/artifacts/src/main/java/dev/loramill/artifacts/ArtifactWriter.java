package dev.loramill.artifacts;

import java.io.IOException;
import java.io.OutputStream;

/**
 * An artifact being written; becomes visible, as a whole, by {@link #commit()}. Closing without a
 * commit leaves nothing behind. For one thread.
 */
public abstract class ArtifactWriter extends OutputStream {
    ArtifactWriter() {}

    /**
     * Makes the bytes durable and the artifact visible; ends the writer.
     *
     * @throws IllegalStateException when the writer is closed or already committed
     * @throws IOException when the bytes cannot be made durable; nothing is visible then
     */
    public abstract StoredArtifact commit() throws IOException;

    /** Number of bytes written so far. */
    public abstract long sizeBytes();
}
