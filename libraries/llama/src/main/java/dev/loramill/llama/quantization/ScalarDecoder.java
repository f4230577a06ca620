package dev.loramill.llama.quantization;

import dev.loramill.llama.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Decodes block by block without the Vector API: what the fast conversion of {@link Dequantizer}
 * must equal, bit for bit. Stateless and safe from any number of threads.
 */
public final class ScalarDecoder implements ElementDecoder {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public void decode(
            GgmlType type,
            MemorySegment source,
            long elementCount,
            MemorySegment destination,
            boolean isBfloat16) {
        int blockSize = type.blockSize();
        float[] block = new float[blockSize];
        long offset = 0;
        for (long element = 0; element < elementCount; element += blockSize) {
            BlockDecoder.decode(type, source, offset, block);
            offset += type.typeSize();
            for (int j = 0; j < blockSize; j++) {
                if (isBfloat16) {
                    destination.set(SHORT, (element + j) * 2, Bfloat16.ofFloat(block[j]));
                } else {
                    destination.set(FLOAT, (element + j) * 4, block[j]);
                }
            }
        }
    }
}
