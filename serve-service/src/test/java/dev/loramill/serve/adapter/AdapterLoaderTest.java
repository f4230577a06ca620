package dev.loramill.serve.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AdapterLoaderTest {
    @Test
    void takesTheGreatestDifferenceOfLogits() {
        float[] base = {1, -2, 3};
        float[] adapter = {1.5f, -4, 3};

        assertThat(AdapterLoader.maxDifference(base, adapter)).isEqualTo(2);
        assertThat(AdapterLoader.maxDifference(base, base)).isZero();
    }

    @Test
    void isNotFiniteWhereALogitIsNot() {
        assertThat(AdapterLoader.maxDifference(new float[] {1, 2}, new float[] {Float.NaN, 9}))
                .isNaN();
        assertThat(
                        AdapterLoader.maxDifference(
                                new float[] {1, 2}, new float[] {Float.POSITIVE_INFINITY, 9}))
                .isInfinite();
    }
}
