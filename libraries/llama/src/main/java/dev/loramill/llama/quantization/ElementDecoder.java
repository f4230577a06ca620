package dev.loramill.llama.quantization;

import dev.loramill.llama.gguf.GgmlType;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Decodes whole blocks into floats or bfloat16. */
interface ElementDecoder {
    /**
     * Decodes all of {@code source}.
     *
     * @param destination exactly 4 bytes an element, or 2 for bfloat16
     */
    void decode(
            GgmlType type,
            MemorySegment source,
            long elementCount,
            MemorySegment destination,
            boolean isBfloat16);

    /**
     * The vectorized decoder where the Vector API and wide registers are there, else the scalar.
     */
    static ElementDecoder fastest() {
        ElementDecoder scalar = new ScalarDecoder();
        if (Optional.ofNullable(ModuleLayer.boot())
                .flatMap(l -> l.findModule("jdk.incubator.vector"))
                .isEmpty()) {
            return scalar;
        }
        return VectorDecoder.isWideEnough() ? new VectorDecoder() : scalar;
    }
}
