package dev.loramill.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class LanesTest {
    /** Long enough for the compiler to replace the interpreted code half way. */
    @Test
    void givesTheSameBitsInterpretedAndCompiled() {
        float[] values = new float[RowCodec.LANES];
        Random random = new Random(5);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() * (1 << random.nextInt(12));
        }
        float first = sum(values);
        for (int i = 0; i < 200_000; i++) {
            assertThat(Float.floatToRawIntBits(sum(values)))
                    .isEqualTo(Float.floatToRawIntBits(first));
        }
    }

    private static float sum(float[] values) {
        return Lanes.sum(FloatVector.fromArray(RowCodec.FLOATS, values, 0));
    }
}
