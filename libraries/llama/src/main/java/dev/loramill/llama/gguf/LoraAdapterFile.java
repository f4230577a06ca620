package dev.loramill.llama.gguf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A LoRA adapter to be written as GGUF, in the shape that llama.cpp reads.
 *
 * @param architecture the base's architecture
 * @param alpha scale numerator: the update is {@code alpha / rank * B A}; finite and above 0
 * @param pairs at least one pair of matrices
 * @param metadata further entries, such as the digest of the base; may replace {@code general.*}
 *     names but not the entries that say what the file is
 */
public record LoraAdapterFile(
        String architecture, float alpha, List<Pair> pairs, Map<String, GgufValue> metadata) {

    /** Key of the kind of file; the value is {@code adapter}. */
    public static final String TYPE_KEY = "general.type";

    /** Key of the base's architecture. */
    public static final String ARCHITECTURE_KEY = "general.architecture";

    /** Key of the kind of adapter; the value is {@code lora}. */
    public static final String ADAPTER_TYPE_KEY = "adapter.type";

    /** Key of the scale's numerator, a FLOAT32. */
    public static final String ALPHA_KEY = "adapter.lora.alpha";

    /** Ending of the name of the first matrix. */
    public static final String A_SUFFIX = ".lora_a";

    /** Ending of the name of the second matrix. */
    public static final String B_SUFFIX = ".lora_b";

    /**
     * The two matrices for one weight, as little-endian floats.
     *
     * @param weight name of the base's tensor, such as {@code blk.0.attn_q.weight}
     * @param inputLength elements of the weight's input
     * @param outputLength elements of the weight's output
     * @param rank rows of A and columns of B
     * @param a row-major {@code [rank][inputLength]}, as in PyTorch's {@code lora_A.weight}
     * @param b row-major {@code [outputLength][rank]}, as in PyTorch's {@code lora_B.weight}
     */
    public record Pair(
            String weight,
            long inputLength,
            long outputLength,
            long rank,
            MemorySegment a,
            MemorySegment b) {
        /** Checks that the matrices have the announced sizes. */
        public Pair {
            requireBytes(weight + A_SUFFIX, a, rank * inputLength);
            requireBytes(weight + B_SUFFIX, b, outputLength * rank);
        }

        private static void requireBytes(String name, MemorySegment matrix, long elements) {
            if (elements < 1 || matrix.byteSize() != elements * Float.BYTES) {
                throw new IllegalArgumentException(
                        "matrix \""
                                + name
                                + "\" must have "
                                + elements
                                + " floats, got "
                                + matrix.byteSize()
                                + " bytes");
            }
        }

        /** A pair of matrices in arrays. */
        public static Pair of(
                String weight,
                long inputLength,
                long outputLength,
                long rank,
                float[] a,
                float[] b) {
            return new Pair(
                    weight,
                    inputLength,
                    outputLength,
                    rank,
                    MemorySegment.ofArray(a),
                    MemorySegment.ofArray(b));
        }
    }

    /** Checks alpha and that there is something to write. */
    public LoraAdapterFile {
        if (!(alpha > 0) || Float.isInfinite(alpha)) {
            throw new IllegalArgumentException("alpha must be finite and above 0, got " + alpha);
        }
        if (pairs.isEmpty()) {
            throw new IllegalArgumentException(
                    "an adapter must have at least one pair of matrices");
        }
        pairs = List.copyOf(pairs);
        metadata = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /**
     * Writes the file; it appears under its name only when it is complete and on the disk.
     *
     * @throws IOException if writing fails; then nothing new lies there
     */
    public void write(Path path) throws IOException {
        GgufWriter writer = new GgufWriter();
        writer.put(ARCHITECTURE_KEY, GgufValue.text(architecture));
        metadata.forEach(writer::put);
        writer.put(TYPE_KEY, GgufValue.text("adapter"))
                .put(ARCHITECTURE_KEY, GgufValue.text(architecture))
                .put(ADAPTER_TYPE_KEY, GgufValue.text("lora"))
                .put(ALPHA_KEY, GgufValue.float32(alpha));
        for (Pair pair : pairs) {
            writer.addTensor(
                    pair.weight() + A_SUFFIX,
                    GgmlType.F32,
                    List.of(pair.inputLength(), pair.rank()),
                    pair.a());
            writer.addTensor(
                    pair.weight() + B_SUFFIX,
                    GgmlType.F32,
                    List.of(pair.rank(), pair.outputLength()),
                    pair.b());
        }
        writer.write(path);
    }
}
