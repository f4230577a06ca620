package dev.loramill.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class ExponentialTest {
    @Test
    void isWithinTwoUnitsInTheLastPlace() {
        for (float x = -87; x < 88; x += 0.0137f) {
            float actual = Exponential.of(FloatVector.broadcast(RowCodec.FLOATS, x)).lane(0);
            double expected = Math.exp(x);

            assertThat((double) actual).isCloseTo(expected, within(expected * 2.4e-7));
        }
    }

    @Test
    void saturatesInsteadOfOverflowing() {
        assertThat(at(Float.NEGATIVE_INFINITY)).isBetween(0f, 2e-38f);
        assertThat(at(-1000)).isBetween(0f, 2e-38f);
        assertThat(at(1000)).isFinite().isGreaterThan(1e38f);
    }

    @Test
    void keepsNaN() {
        assertThat(at(Float.NaN)).isNaN();
    }

    private static float at(float x) {
        return Exponential.of(FloatVector.broadcast(RowCodec.FLOATS, x)).lane(0);
    }
}
