package dev.loramill.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * Files named by the SHA-256 of their content. Safe for use by many threads and processes at once;
 * storing the same content again changes nothing. Digests are 64 lower-case hex digits, anything
 * else throws {@link IllegalArgumentException}.
 */
public interface ArtifactStore {
    /**
     * Stores all bytes of a stream, which is not closed.
     *
     * @throws IOException when reading or writing fails; nothing is visible then
     */
    StoredArtifact put(InputStream content) throws IOException;

    /**
     * Stores a file, by a hard link where the file system allows it; the file must not be written
     * in place afterwards, but may be deleted or replaced.
     *
     * @throws IOException when reading or writing fails; nothing is visible then
     */
    StoredArtifact putFile(Path file) throws IOException;

    /** Begins an artifact whose bytes are written piece by piece. */
    ArtifactWriter create() throws IOException;

    /**
     * Opens an artifact; its digest is checked while it is read, so bytes may be trusted only once
     * the end of the stream was reached.
     *
     * @throws MissingArtifactException when there is no such artifact
     * @throws IOException when reading fails; {@link CorruptArtifactException} is thrown by the
     *     read that meets the end of the stream when the bytes do not have the digest
     */
    InputStream open(String sha256) throws IOException;

    /**
     * A local file that holds the artifact, for mapping into memory; its digest has been checked by
     * this process since it last changed. The file must not be written to.
     *
     * @throws MissingArtifactException when there is no such artifact
     * @throws CorruptArtifactException when the bytes do not have the digest
     * @throws IOException when reading fails
     */
    Path localPath(String sha256) throws IOException;

    /** Whether there is such an artifact; says nothing of whether its bytes are intact. */
    boolean contains(String sha256);

    /**
     * Size of an artifact in bytes.
     *
     * @throws MissingArtifactException when there is no such artifact
     */
    long sizeBytes(String sha256) throws IOException;
}
