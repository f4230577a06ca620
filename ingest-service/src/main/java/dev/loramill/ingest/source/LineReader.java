package dev.loramill.ingest.source;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
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
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final InputStream in;
    private final int maxRowBytes;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private final CharsetDecoder decoder =
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT);
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
                return pendingBytes == 0 ? null : line();
            }
            int end = position;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            keep(position, end);
            boolean isEnded = end < limit;
            position = isEnded ? end + 1 : end;
            if (isEnded) {
                return line();
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
        long room = maxRowBytes + 1L - pending.size();
        pending.write(buffer, from, (int) Math.clamp(room, 0, to - from));
        pendingBytes += to - from;
    }

    private Line line() throws UnreadableSourceException {
        lineNumber++;
        byte[] bytes = pending.toByteArray();
        long sizeBytes = pendingBytes;
        pending.reset();
        pendingBytes = 0;
        int length = bytes.length;
        if (length == sizeBytes && length > 0 && bytes[length - 1] == '\r') {
            length--;
            sizeBytes--;
        }
        if (sizeBytes > maxRowBytes) {
            String beginning =
                    new String(bytes, 0, Math.min(length, BEGINNING_BYTES), StandardCharsets.UTF_8);
            return new Line.TooLong(lineNumber, beginning, sizeBytes);
        }
        String text = decode(bytes, length);
        boolean isMarked = lineNumber == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
        return new Line.Text(lineNumber, isMarked ? text.substring(1) : text);
    }

    private String decode(byte[] bytes, int length) throws UnreadableSourceException {
        ByteBuffer from = ByteBuffer.wrap(bytes, 0, length);
        CharBuffer to = CharBuffer.allocate(length);
        decoder.reset();
        CoderResult result = decoder.decode(from, to, true);
        if (result.isError()) {
            throw new UnreadableSourceException(
                    "not_utf8",
                    ("line %d is not UTF-8: byte 0x%02x at byte %d of the line; save the file as"
                                    + " UTF-8 and send it again")
                            .formatted(
                                    lineNumber,
                                    bytes[from.position()] & 0xff,
                                    from.position() + 1));
        }
        return to.flip().toString();
    }
}
