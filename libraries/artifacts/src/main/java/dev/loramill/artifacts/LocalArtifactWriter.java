package dev.loramill.artifacts;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.UUID;

/** Artifact that grows in a locked temporary file. */
final class LocalArtifactWriter extends ArtifactWriter {
    private final LocalArtifactStore store;
    private final Path file;
    private final FileChannel channel;
    private final MessageDigest digest = Digests.sha256();
    private final ByteBuffer buffer = ByteBuffer.allocate(Digests.BUFFER_BYTES);
    private long sizeBytes;
    private boolean isClosed;

    LocalArtifactWriter(LocalArtifactStore store, TemporaryFiles temporaryFiles)
            throws IOException {
        this.store = store;
        this.file = temporaryFiles.directory().resolve(UUID.randomUUID() + ".tmp");
        TemporaryFiles.begin(file);
        FileChannel opened = null;
        try {
            opened =
                    FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            TemporaryFiles.lock(opened);
        } catch (IOException | RuntimeException e) {
            if (opened != null) {
                opened.close();
            }
            Files.deleteIfExists(file);
            TemporaryFiles.end(file);
            throw e;
        }
        this.channel = opened;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        requireOpen();
        digest.update(bytes, offset, length);
        sizeBytes += length;
        if (length > buffer.remaining()) {
            flush();
        }
        if (length > buffer.remaining()) {
            writeFully(ByteBuffer.wrap(bytes, offset, length));
        } else {
            buffer.put(bytes, offset, length);
        }
    }

    @Override
    public void flush() throws IOException {
        requireOpen();
        writeFully(buffer.flip());
        buffer.clear();
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public StoredArtifact commit() throws IOException {
        requireOpen();
        flush();
        channel.force(true);
        StoredArtifact artifact = new StoredArtifact(Digests.hex(digest), sizeBytes);
        store.accept(file, artifact);
        close();
        return artifact;
    }

    @Override
    public void close() throws IOException {
        if (isClosed) {
            return;
        }
        isClosed = true;
        try (channel) {
            Files.deleteIfExists(file);
        } finally {
            TemporaryFiles.end(file);
        }
    }

    private void writeFully(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException("this ArtifactWriter is closed");
        }
    }
}
