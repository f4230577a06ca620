package dev.loramill.llama.quantization;

import dev.loramill.llama.gguf.GgmlType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;

/** Blocks of random bits whose scales are finite. */
final class RandomBlocks {
    static final List<GgmlType> QUANTIZED =
            List.of(
                    GgmlType.Q8_0,
                    GgmlType.Q4_0,
                    GgmlType.Q4_1,
                    GgmlType.Q5_0,
                    GgmlType.Q5_1,
                    GgmlType.Q4_K,
                    GgmlType.Q5_K,
                    GgmlType.Q6_K);

    private RandomBlocks() {}

    static byte[] of(GgmlType type, int blocks, Random random) {
        byte[] bytes = new byte[blocks * type.typeSize()];
        random.nextBytes(bytes);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int block = 0; block < blocks; block++) {
            for (int place : halfPlaces(type)) {
                buffer.putShort(block * type.typeSize() + place, finiteHalf(random));
            }
            if (type == GgmlType.F32) {
                buffer.putFloat(block * 4, (float) random.nextGaussian());
            }
        }
        return bytes;
    }

    private static int[] halfPlaces(GgmlType type) {
        return switch (type) {
            case Q4_1, Q5_1, Q4_K, Q5_K -> new int[] {0, 2};
            case Q6_K -> new int[] {208};
            case F32 -> new int[] {};
            default -> new int[] {0};
        };
    }

    /** Any sign and fraction; every exponent but the one of infinity, subnormals included. */
    private static short finiteHalf(Random random) {
        int exponent = random.nextInt(31);
        return (short) (random.nextInt(2) << 15 | exponent << 10 | random.nextInt(1024));
    }
}
