package dev.loramill.llama.gguf;

import java.util.List;

/** One metadata value, with the exact type it has in the file. */
public sealed interface GgufValue {

    /** The type in the file; {@link GgufValueType#ARRAY} for all arrays. */
    GgufValueType type();

    /** A string. */
    record Text(String value) implements GgufValue {
        @Override
        public GgufValueType type() {
            return GgufValueType.STRING;
        }
    }

    /** A boolean. */
    record Bool(boolean value) implements GgufValue {
        @Override
        public GgufValueType type() {
            return GgufValueType.BOOL;
        }
    }

    /** A whole number; a UINT64 above 2^63 - 1 is kept as its bits. */
    record Whole(GgufValueType type, long value) implements GgufValue {
        /** Checks the type and the range that it allows. */
        public Whole {
            if (!type.isWhole()) {
                throw new IllegalArgumentException(
                        "type of a whole number must be an integer type, got " + type);
            }
            boolean fits =
                    switch (type) {
                        case UINT8 -> value >= 0 && value <= 0xFF;
                        case INT8 -> value == (byte) value;
                        case UINT16 -> value >= 0 && value <= 0xFFFF;
                        case INT16 -> value == (short) value;
                        case UINT32 -> value >= 0 && value <= 0xFFFF_FFFFL;
                        case INT32 -> value == (int) value;
                        default -> true;
                    };
            if (!fits) {
                throw new IllegalArgumentException(value + " does not fit " + type);
            }
        }
    }

    /** A floating-point number; a FLOAT32 is widened exactly. */
    record Real(GgufValueType type, double value) implements GgufValue {
        /** Checks the type. */
        public Real {
            if (!type.isReal()) {
                throw new IllegalArgumentException(
                        "type of a real number must be FLOAT32 or FLOAT64, got " + type);
            }
        }
    }

    /** An array of strings. */
    record Texts(List<String> values) implements GgufValue {
        /** Takes a copy. */
        public Texts {
            values = List.copyOf(values);
        }

        @Override
        public GgufValueType type() {
            return GgufValueType.ARRAY;
        }
    }

    /** An array of booleans. */
    record Bools(List<Boolean> values) implements GgufValue {
        /** Takes a copy. */
        public Bools {
            values = List.copyOf(values);
        }

        @Override
        public GgufValueType type() {
            return GgufValueType.ARRAY;
        }
    }

    /** An array of whole numbers; UINT64 elements above 2^63 - 1 are kept as their bits. */
    record Wholes(GgufValueType elementType, List<Long> values) implements GgufValue {
        /** Takes a copy and checks the type of the elements. */
        public Wholes {
            if (!elementType.isWhole()) {
                throw new IllegalArgumentException(
                        "element type must be an integer type, got " + elementType);
            }
            values = values instanceof PackedLongs ? values : PackedLongs.copyOf(values);
        }

        @Override
        public GgufValueType type() {
            return GgufValueType.ARRAY;
        }
    }

    /** An array of floating-point numbers; FLOAT32 elements are widened exactly. */
    record Reals(GgufValueType elementType, List<Double> values) implements GgufValue {
        /** Takes a copy and checks the type of the elements. */
        public Reals {
            if (!elementType.isReal()) {
                throw new IllegalArgumentException(
                        "element type must be FLOAT32 or FLOAT64, got " + elementType);
            }
            values = values instanceof PackedDoubles ? values : PackedDoubles.copyOf(values);
        }

        @Override
        public GgufValueType type() {
            return GgufValueType.ARRAY;
        }
    }

    /** A UINT32. */
    static GgufValue uint32(long value) {
        return new Whole(GgufValueType.UINT32, value);
    }

    /** A FLOAT32. */
    static GgufValue float32(float value) {
        return new Real(GgufValueType.FLOAT32, value);
    }

    /** A string. */
    static GgufValue text(String value) {
        return new Text(value);
    }

    /** A boolean. */
    static GgufValue bool(boolean value) {
        return new Bool(value);
    }
}
