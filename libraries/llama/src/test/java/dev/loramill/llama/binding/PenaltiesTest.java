package dev.loramill.llama.binding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class PenaltiesTest {
    private static final int END = 2;

    private static float[] applied(SamplerOptions options, int... generated) {
        BitSet exempt = new BitSet();
        exempt.set(END);
        Penalties penalties = new Penalties(options, exempt);
        for (int token : generated) {
            penalties.accept(token);
        }
        float[] logits = {4f, -4f, 4f, 1f};
        penalties.apply(logits);
        return logits;
    }

    @Test
    void dividesPositiveAndMultipliesNegativeLogits() {
        SamplerOptions options = SamplerOptions.greedy().withPenalties(2f, 0f, 0f);
        assertThat(applied(options, 0, 1, 1)).containsExactly(2f, -8f, 4f, 1f);
    }

    @Test
    void countsForFrequencyAndNotForPresence() {
        SamplerOptions options = SamplerOptions.greedy().withPenalties(1f, 0.5f, 1f);
        assertThat(applied(options, 0, 0, 3)).containsExactly(2f, -4f, 4f, -0.5f);
    }

    @Test
    void neverTouchesTheEndOfGeneration() {
        SamplerOptions options = SamplerOptions.greedy().withPenalties(2f, 1f, 1f);
        assertThat(applied(options, END, END)).containsExactly(4f, -4f, 4f, 1f);
    }

    @Test
    void forgetsTokensThatLeaveTheWindow() {
        SamplerOptions options =
                SamplerOptions.greedy().withPenalties(1f, 1f, 0f).withPenaltyWindow(2);
        assertThat(applied(options, 0, 0, 3)).containsExactly(3f, -4f, 4f, 0f);
        assertThat(applied(options, 0, END, 3)).containsExactly(4f, -4f, 4f, 0f);
    }
}
