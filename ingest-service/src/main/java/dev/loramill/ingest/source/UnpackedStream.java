package dev.loramill.ingest.source;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The plain bytes of a source: gzip is recognised by its first two bytes and unpacked, anything
 * else is passed on. Stops at the limits of {@link SourceLimits}.
 */
final class UnpackedStream extends InputStream {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int GZIP_MAGIC = 0x1f8b;

    private final InputStream plain;
    private final CountedStream packed;
    private final SourceLimits limits;
    private final boolean isGzip;
    private long unpackedBytes;

    private UnpackedStream(
            InputStream plain, CountedStream packed, SourceLimits limits, boolean isGzip) {
        this.plain = plain;
        this.packed = packed;
        this.limits = limits;
        this.isGzip = isGzip;
    }

    static UnpackedStream open(InputStream source, SourceLimits limits) throws IOException {
        CountedStream packed = new CountedStream(source);
        BufferedInputStream buffered = new BufferedInputStream(packed, BUFFER_BYTES);
        buffered.mark(2);
        int magic = (buffered.read() << 8) | buffered.read();
        buffered.reset();
        if (magic != GZIP_MAGIC) {
            return new UnpackedStream(buffered, packed, limits, false);
        }
        try {
            return new UnpackedStream(
                    new GZIPInputStream(buffered, BUFFER_BYTES), packed, limits, true);
        } catch (EOFException e) {
            throw truncated(0);
        } catch (ZipException e) {
            throw corrupt(0, e);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count;
        try {
            count = plain.read(bytes, offset, length);
        } catch (EOFException e) {
            throw isGzip ? truncated(unpackedBytes) : e;
        } catch (ZipException e) {
            throw corrupt(unpackedBytes, e);
        }
        if (count > 0) {
            unpackedBytes += count;
            if (isGzip) {
                refuseBomb();
            }
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        plain.close();
    }

    private void refuseBomb() throws UnreadableSourceException {
        if (unpackedBytes > limits.maxUnpackedBytes()) {
            throw new UnreadableSourceException(
                    "unpacked_too_large",
                    "the gzip data unpacks to more than the allowed %,d bytes; send it in parts"
                            .formatted(limits.maxUnpackedBytes()));
        }
        if (unpackedBytes > SourceLimits.RATIO_GRACE_BYTES
                && unpackedBytes / Math.max(1, packed.count) > limits.maxUnpackRatio()) {
            throw new UnreadableSourceException(
                    "unpacked_too_large",
                    ("%,d packed bytes unpack to %,d already, allowed are %d for each: this looks"
                                    + " like a zip bomb; send real rows, or send them unpacked")
                            .formatted(packed.count, unpackedBytes, limits.maxUnpackRatio()));
        }
    }

    private static UnreadableSourceException truncated(long unpackedBytes) {
        return new UnreadableSourceException(
                "truncated_gzip",
                ("the gzip data ends too early, after %,d unpacked bytes: the file was cut off; send"
                                + " it whole")
                        .formatted(unpackedBytes));
    }

    private static UnreadableSourceException corrupt(long unpackedBytes, ZipException cause) {
        UnreadableSourceException corrupt =
                new UnreadableSourceException(
                        "corrupt_gzip",
                        "the gzip data is damaged after %,d unpacked bytes (%s); pack it anew"
                                .formatted(unpackedBytes, cause.getMessage()));
        corrupt.initCause(cause);
        return corrupt;
    }

    /** Counts what was read from below. */
    private static final class CountedStream extends InputStream {
        private final InputStream below;
        private long count;

        CountedStream(InputStream below) {
            this.below = below;
        }

        @Override
        public int read() throws IOException {
            int value = below.read();
            if (value >= 0) {
                count++;
            }
            return value;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = below.read(bytes, offset, length);
            if (read > 0) {
                count += read;
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            below.close();
        }
    }
}
