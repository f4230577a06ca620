package dev.loramill.llama.gguf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads and checks the key-value pairs of a header. */
final class GgufMetadataReader {
    private final GgufCursor cursor;
    private static final int NUMBER_BYTES = 8;

    /** A string's objects and its place in a list; each byte may be a character of two. */
    private static final int STRING_BYTES = 64;

    private final GgufLimits limits;
    private long valueBytes;

    GgufMetadataReader(GgufCursor cursor, GgufLimits limits) {
        this.cursor = cursor;
        this.limits = limits;
    }

    GgufMetadata read(int count) {
        Map<String, GgufMetadata.Entry> entries = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String field = "metadata[" + i + "] key";
            long keyOffset = cursor.position();
            String key = cursor.readString(field, limits.keyBytes());
            if (key.isEmpty()) {
                throw new InvalidGgufException(field, keyOffset, "an empty string", "non-empty");
            }
            if (entries.containsKey(key)) {
                throw new InvalidGgufException(
                        field, keyOffset, "\"" + key + "\" once more", "unique");
            }
            long valueOffset = cursor.position();
            GgufValue value = readValue("metadata \"" + key + "\"");
            entries.put(key, new GgufMetadata.Entry(value, valueOffset));
            cursor.requireAtMost(limits.metadataBytes());
        }
        return new GgufMetadata(entries);
    }

    private GgufValue readValue(String field) {
        GgufValueType type = readType(field + " type");
        return type == GgufValueType.ARRAY ? readArray(field) : readScalar(field, type);
    }

    private GgufValueType readType(String field) {
        long offset = cursor.position();
        int id = cursor.readInt(field);
        return GgufValueType.ofId(id)
                .orElseThrow(() ->
                        new InvalidGgufException(
                                field, offset, Integer.toUnsignedString(id), "in [0, 12]"));
    }

    private GgufValue readScalar(String field, GgufValueType type) {
        return switch (type) {
            case STRING -> new GgufValue.Text(readString(field));
            case BOOL -> new GgufValue.Bool(readBool(field));
            case FLOAT32, FLOAT64 -> new GgufValue.Real(type, readReal(field, type));
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 ->
                    new GgufValue.Whole(type, readWhole(field, type));
            case ARRAY -> throw new IllegalStateException("arrays are read elsewhere");
        };
    }

    private GgufValue readArray(String field) {
        long typeOffset = cursor.position();
        GgufValueType type = readType(field + " element type");
        if (type == GgufValueType.ARRAY) {
            throw new InvalidGgufException(
                    field + " element type", typeOffset, "ARRAY", "a scalar or string type");
        }
        long countOffset = cursor.position();
        int count = cursor.readCount(field + " array length", limits.arrayLength());
        cursor.requireRoom(field + " array length", countOffset, count, type.minimumSize());
        take(field, countOffset, (long) count * NUMBER_BYTES);
        switch (type) {
            case STRING -> {
                List<String> values = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    values.add(readString(field + "[" + i + "]"));
                }
                return new GgufValue.Texts(values);
            }
            case BOOL -> {
                List<Boolean> values = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    values.add(readBool(field));
                }
                return new GgufValue.Bools(values);
            }
            case FLOAT32, FLOAT64 -> {
                double[] values = new double[count];
                for (int i = 0; i < count; i++) {
                    values[i] = readReal(field, type);
                }
                return new GgufValue.Reals(type, new PackedDoubles(values));
            }
            default -> {
                long[] values = new long[count];
                for (int i = 0; i < count; i++) {
                    values[i] = readWhole(field, type);
                }
                return new GgufValue.Wholes(type, new PackedLongs(values));
            }
        }
    }

    private String readString(String field) {
        long offset = cursor.position();
        String value = cursor.readString(field, limits.stringBytes());
        take(field, offset, STRING_BYTES + 2L * value.length());
        return value;
    }

    /** Notes memory before it is used, or right after where one string is the most. */
    private void take(String field, long offset, long byteCount) {
        valueBytes += byteCount;
        if (valueBytes > limits.valueBytes()) {
            throw new InvalidGgufException(
                    field,
                    offset,
                    "values of more than " + limits.valueBytes() + " bytes together",
                    "at most " + limits.valueBytes() + " bytes of memory for all metadata");
        }
    }

    private boolean readBool(String field) {
        long offset = cursor.position();
        byte value = cursor.readByte(field);
        if (value != 0 && value != 1) {
            throw new InvalidGgufException(field, offset, value, "a boolean of 0 or 1");
        }
        return value == 1;
    }

    private double readReal(String field, GgufValueType type) {
        return type == GgufValueType.FLOAT32
                ? Float.intBitsToFloat(cursor.readInt(field))
                : Double.longBitsToDouble(cursor.readLong(field));
    }

    private long readWhole(String field, GgufValueType type) {
        return switch (type) {
            case UINT8 -> Byte.toUnsignedLong(cursor.readByte(field));
            case INT8 -> cursor.readByte(field);
            case UINT16 -> Short.toUnsignedLong(cursor.readShort(field));
            case INT16 -> cursor.readShort(field);
            case UINT32 -> Integer.toUnsignedLong(cursor.readInt(field));
            case INT32 -> cursor.readInt(field);
            case UINT64, INT64 -> cursor.readLong(field);
            case FLOAT32, FLOAT64, BOOL, STRING, ARRAY ->
                    throw new IllegalStateException(type + " is no whole number");
        };
    }
}
