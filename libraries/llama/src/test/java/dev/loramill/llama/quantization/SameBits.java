package dev.loramill.llama.quantization;

import static org.assertj.core.api.Assertions.assertThat;

/** Compares floats by their bits; any NaN equals any other. */
final class SameBits {
    private SameBits() {}

    /** Shows only the first difference, since arrays are long. */
    static void assertSame(String name, float[] actual, float[] expected) {
        assertThat(actual.length).as(name).isEqualTo(expected.length);
        for (int i = 0; i < actual.length; i++) {
            if (Float.floatToIntBits(actual[i]) != Float.floatToIntBits(expected[i])) {
                assertThat(actual[i]).as(name + " element " + i).isEqualTo(expected[i]);
            }
        }
    }
}
