package dev.loramill.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.trainer.tensor.Precision;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowCodecTest {
    @Test
    void everyBfloat16ComesBackAsItWas() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment all = arena.allocate(2L << 16, 64);
            MemorySegment back = arena.allocate(2L << 16, 64);
            for (int i = 0; i < 1 << 16; i++) {
                all.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
            }
            float[] floats = new float[1 << 16];

            RowCodec.load(Precision.BFLOAT16, all.address(), floats, 0, floats.length);
            RowCodec.store(Precision.BFLOAT16, floats, 0, back.address(), floats.length);

            for (int i = 0; i < 1 << 16; i++) {
                assertThat(Float.floatToRawIntBits(floats[i])).isEqualTo(i << 16);
                if (!Float.isNaN(floats[i])) {
                    assertThat(back.getAtIndex(ValueLayout.JAVA_SHORT, i)).isEqualTo((short) i);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x7fffffff, 0xffffffff, 0x7f800001, 0x7fc00000, 0xffff8000})
    void noNaNBecomesANumber(int bits) {
        float[] values = new float[33];
        Arrays.fill(values, Float.intBitsToFloat(bits));
        float[] back = new float[values.length];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(2L * values.length, 64);

            RowCodec.store(Precision.BFLOAT16, values, 0, target.address(), values.length);
            RowCodec.load(Precision.BFLOAT16, target.address(), back, 0, back.length);
        }

        assertThat(back).containsOnly(Float.NaN);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 16, 17, 31, 576})
    void roundsToNearestEvenAndTouchesNothingBehind(int count) {
        Random random = new Random(count);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = Float.intBitsToFloat((random.nextInt(1 << 16) << 16 | 0x8000) & 0x7f7fffff);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(2L * (count + 1), 64);
            target.setAtIndex(ValueLayout.JAVA_SHORT, count, (short) 0x1234);

            RowCodec.store(Precision.BFLOAT16, values, 0, target.address(), count);

            for (int i = 0; i < count; i++) {
                int upper = Float.floatToRawIntBits(values[i]) >>> 16;
                int nearestEven = upper + (upper & 1);
                assertThat(target.getAtIndex(ValueLayout.JAVA_SHORT, i))
                        .isEqualTo((short) nearestEven);
            }
            assertThat(target.getAtIndex(ValueLayout.JAVA_SHORT, count)).isEqualTo((short) 0x1234);
        }
    }
}
