package dev.loramill.ingest.source;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads a source line by line; holds one line in memory at most. Lines end by LF or CRLF, a byte
 * order mark at the beginning is skipped, gzip is unpacked. For one thread.
 */
public final class LineReader implements Closeable {
    /** Bytes kept of a line that is too long. */
    public static final int BEGINNING_BYTES = 16 << 10;

    private static final int BUFFER_BYTES = 64 << 10;
    private static final char REPLACEMENT = '\uFFFD';
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final InputStream in;
    private final int maxRowBytes;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private int position;
    private int limit;
    private long lineNumber;
    private long pendingBytes;

    /**
     * Begins to read.
     *
     * @param source closed with this reader
     * @throws UnreadableSourceException when it begins like a kind of file that is not supported
     */
    public LineReader(InputStream source, SourceLimits limits) throws IOException {
        this.in = UnpackedStream.open(source, limits);
        this.maxRowBytes = limits.maxRowBytes();
        fill();
        ForeignFormat.refuse(buffer, Math.max(0, limit));
    }

    /**
     * Next line, or null after the last.
     *
     * @throws UnreadableSourceException when the line is not UTF-8, or the gzip data is truncated,
     *     damaged or too large
     */
    public @Nullable Line next() throws IOException {
        while (true) {
            if (position == limit && !fill()) {
                return pendingBytes == 0 ? null : pendingLine();
            }
            int start = position;
            int end = start;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            boolean isEnded = end < limit;
            position = isEnded ? end + 1 : end;
            if (isEnded && pendingBytes == 0) {
                return line(buffer, start, end - start, end - start);
            }
            keep(start, end);
            if (isEnded) {
                return pendingLine();
            }
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer, 0, buffer.length));
        return limit > 0;
    }

    private void keep(int from, int to) {
        // One byte more than the limit, since the last one may be the CR of a line of the limit.
        long room = maxRowBytes + 1L - pending.size();
        pending.write(buffer, from, (int) Math.clamp(room, 0, to - from));
        pendingBytes += to - from;
    }

    private Line pendingLine() throws UnreadableSourceException {
        byte[] kept = pending.toByteArray();
        long sizeBytes = pendingBytes;
        pending.reset();
        pendingBytes = 0;
        return line(kept, 0, kept.length, sizeBytes);
    }

    /** Makes a line of its first bytes, all of them unless it is too long. */
    private Line line(byte[] bytes, int start, int keptBytes, long sizeBytes)
            throws UnreadableSourceException {
        lineNumber++;
        boolean endsWithReturn =
                keptBytes == sizeBytes && keptBytes > 0 && bytes[start + keptBytes - 1] == '\r';
        int length = endsWithReturn ? keptBytes - 1 : keptBytes;
        long lineBytes = endsWithReturn ? sizeBytes - 1 : sizeBytes;
        if (lineBytes > maxRowBytes) {
            String beginning =
                    new String(
                            bytes,
                            start,
                            Math.min(length, BEGINNING_BYTES),
                            StandardCharsets.UTF_8);
            return new Line.TooLong(lineNumber, beginning, lineBytes);
        }
        String text = decode(bytes, start, length);
        boolean isMarked = lineNumber == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
        return new Line.Text(lineNumber, isMarked ? text.substring(1) : text);
    }

    private String decode(byte[] bytes, int start, int length) throws UnreadableSourceException {
        String text = new String(bytes, start, length, StandardCharsets.UTF_8);
        // That decoder is the fast one. It puts U+FFFD for bytes that are no UTF-8, so only then
        // the strict one has to look.
        if (text.indexOf(REPLACEMENT) >= 0) {
            requireUtf8(bytes, start, length);
        }
        return text;
    }

    private void requireUtf8(byte[] bytes, int start, int length) throws UnreadableSourceException {
        ByteBuffer from = ByteBuffer.wrap(bytes, start, length);
        CoderResult result =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .decode(from, CharBuffer.allocate(length), true);
        if (result.isError()) {
            throw new UnreadableSourceException(
                    "not_utf8",
                    ("line %d is not UTF-8: byte 0x%02x at byte %d of the line; save the file as"
                                    + " UTF-8 and send it again")
                            .formatted(
                                    lineNumber,
                                    bytes[from.position()] & 0xff,
                                    from.position() - start + 1));
        }
    }
}
