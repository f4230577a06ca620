package dev.loramill.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;

/** Stream that compares the digest of all bytes it gave out when it meets the end. */
final class VerifyingInputStream extends InputStream {
    private final InputStream in;
    private final Path file;
    private final String expected;
    private final MessageDigest digest = Digests.sha256();
    private boolean isVerified;

    VerifyingInputStream(InputStream in, Path file, String expected) {
        this.in = in;
        this.file = file;
        this.expected = expected;
    }

    @Override
    public int read() throws IOException {
        int value = in.read();
        if (value < 0) {
            verify();
        } else {
            digest.update((byte) value);
        }
        return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = in.read(buffer, offset, length);
        if (count < 0) {
            verify();
        } else {
            digest.update(buffer, offset, count);
        }
        return count;
    }

    @Override
    public int available() throws IOException {
        return in.available();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private void verify() throws IOException {
        if (isVerified) {
            return;
        }
        String actual = Digests.hex(digest);
        if (!actual.equals(expected)) {
            throw new CorruptArtifactException(expected, actual, file.toString());
        }
        isVerified = true;
    }
}
