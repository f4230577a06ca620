package dev.loramill.llama.gguf;

import java.util.Optional;

/** The types of metadata values; the ordinal is the number that stands for the type in a file. */
public enum GgufValueType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    BOOL(1),
    STRING(8),
    ARRAY(12),
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    private final int minimumSize;

    GgufValueType(int minimumSize) {
        this.minimumSize = minimumSize;
    }

    /** Fewest bytes that a value takes; exactly these for numbers and booleans. */
    int minimumSize() {
        return minimumSize;
    }

    /** Whether values are whole numbers. */
    public boolean isWhole() {
        return switch (this) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
            case FLOAT32, BOOL, STRING, ARRAY, FLOAT64 -> false;
        };
    }

    /** Whether values are floating-point numbers. */
    public boolean isReal() {
        return this == FLOAT32 || this == FLOAT64;
    }

    /** The number that stands for this type in a file. */
    public int id() {
        return ordinal();
    }

    /** The type with a file's number, if there is one. */
    public static Optional<GgufValueType> ofId(int id) {
        return id >= 0 && id < values().length ? Optional.of(values()[id]) : Optional.empty();
    }
}
