package dev.loramill.llama.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Reads little-endian values from a mapped file one after the other, never beyond its end. */
final class GgufCursor {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment file;
    private long position;

    GgufCursor(MemorySegment file) {
        this.file = file;
    }

    long position() {
        return position;
    }

    long remaining() {
        return file.byteSize() - position;
    }

    /** Checks that so many bytes are left. */
    void require(String field, long byteCount) {
        if (byteCount < 0 || byteCount > remaining()) {
            throw new InvalidGgufException(
                    field,
                    position,
                    "an announced " + Long.toUnsignedString(byteCount) + " bytes",
                    "inside the file, which has " + remaining() + " bytes left");
        }
    }

    /** Checks that an announced number of items can fit what is left, before room is made. */
    void requireRoom(String field, long offset, int count, int smallestBytes) {
        if (count > remaining() / smallestBytes) {
            throw new InvalidGgufException(
                    field,
                    offset,
                    count,
                    "small enough for the "
                            + remaining()
                            + " bytes left in the file (is it truncated?)");
        }
    }

    /** Checks that not more than a number of bytes were read so far. */
    void requireAtMost(long byteCount) {
        if (position > byteCount) {
            throw new InvalidGgufException(
                    "header",
                    position,
                    "more than " + byteCount + " bytes",
                    "at most " + byteCount + " bytes of metadata and tensor names");
        }
    }

    byte readByte(String field) {
        require(field, 1);
        byte value = file.get(ValueLayout.JAVA_BYTE, position);
        position += 1;
        return value;
    }

    short readShort(String field) {
        require(field, 2);
        short value = file.get(SHORT, position);
        position += 2;
        return value;
    }

    int readInt(String field) {
        require(field, 4);
        int value = file.get(INT, position);
        position += 4;
        return value;
    }

    long readLong(String field) {
        require(field, 8);
        long value = file.get(LONG, position);
        position += 8;
        return value;
    }

    /** A count or length: unsigned in the file, here within [0, maximum]. */
    int readCount(String field, int maximum) {
        long start = position;
        long value = readLong(field);
        if (value < 0 || value > maximum) {
            throw new InvalidGgufException(
                    field, start, Long.toUnsignedString(value), "in [0, " + maximum + "]");
        }
        return (int) value;
    }

    /** A string of well-formed UTF-8. */
    String readString(String field, int maximumBytes) {
        int length = readCount(field + " length", maximumBytes);
        require(field, length);
        ByteBuffer bytes = file.asSlice(position, length).asByteBuffer();
        String value;
        try {
            value =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .onUnmappableCharacter(CodingErrorAction.REPORT)
                            .decode(bytes)
                            .toString();
        } catch (CharacterCodingException _) {
            throw new InvalidGgufException(
                    field, position, "a malformed byte sequence", "well-formed UTF-8");
        }
        position += length;
        return value;
    }
}
