package dev.loramill.llama.gguf;

import java.util.List;

/**
 * The description of one tensor.
 *
 * @param name unique in its file, 1 to 63 bytes
 * @param type storage type
 * @param dimensions 1 to 4 sizes, the fastest-moving first (the reverse of PyTorch's shape)
 * @param offset byte offset of the contents from the start of the file
 */
public record GgufTensor(String name, GgmlType type, List<Long> dimensions, long offset) {

    /** Checks count and sizes of the dimensions. */
    public GgufTensor {
        dimensions = List.copyOf(dimensions);
        if (dimensions.isEmpty() || dimensions.size() > 4) {
            throw new IllegalArgumentException(
                    "tensor \"" + name + "\" must have 1 to 4 dimensions, got " + dimensions);
        }
        for (long size : dimensions) {
            if (size < 1) {
                throw new IllegalArgumentException(
                        "tensor \"" + name + "\" must have positive sizes, got " + dimensions);
            }
        }
        if (dimensions.getFirst() % type.blockSize() != 0) {
            throw new IllegalArgumentException(
                    "tensor \""
                            + name
                            + "\" of type "
                            + type
                            + " must have rows of a multiple of "
                            + type.blockSize()
                            + ", got "
                            + dimensions);
        }
    }

    /** The size along an axis, 1 beyond the last one. */
    public long dimension(int axis) {
        return axis < dimensions.size() ? dimensions.get(axis) : 1;
    }

    /** The number of elements. */
    public long elementCount() {
        long count = 1;
        for (long size : dimensions) {
            count = Math.multiplyExact(count, size);
        }
        return count;
    }

    /** Bytes of the contents, without padding. */
    public long byteSize() {
        return type.byteSize(elementCount());
    }
}
