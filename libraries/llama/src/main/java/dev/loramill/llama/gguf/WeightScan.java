package dev.loramill.llama.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Looks for weights that are not finite or too large, in unquantized tensors. */
final class WeightScan {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private WeightScan() {}

    /** The first element that is NaN or beyond ±bound; -1 if there is none. */
    static long findUnbounded(GgmlType type, MemorySegment contents, float bound) {
        long count = contents.byteSize() / type.typeSize();
        for (long i = 0; i < count; i++) {
            // Written so that NaN is found too.
            if (!(Math.abs(element(type, contents, i)) <= bound)) {
                return i;
            }
        }
        return -1;
    }

    static float element(GgmlType type, MemorySegment contents, long index) {
        return switch (type) {
            case F32 -> contents.get(FLOAT, index * 4);
            case F16 -> Float.float16ToFloat(contents.get(SHORT, index * 2));
            case BF16 -> Float.intBitsToFloat(contents.get(SHORT, index * 2) << 16);
            default -> throw new IllegalArgumentException(type + " is quantized");
        };
    }
}
