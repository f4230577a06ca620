package dev.loramill.serve.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LogprobReaderTest {
    @Test
    void normalizesLogitsToProbabilities() {
        float[] logits = {1, 2, 3, 0};

        TokenLogprobs logprobs = LogprobReader.of(logits, 1, 4);

        double sum = Math.exp(1) + Math.exp(2) + Math.exp(3) + Math.exp(0);
        assertThat(logprobs.chosen().token()).isEqualTo(1);
        assertThat(logprobs.chosen().logprob()).isCloseTo(2 - Math.log(sum), within(1e-9));
        assertThat(logprobs.top())
                .extracting(TokenLogprobs.Candidate::token)
                .containsExactly(2, 1, 0, 3);
        assertThat(logprobs.top().stream().mapToDouble(c -> Math.exp(c.logprob())).sum())
                .isCloseTo(1, within(1e-9));
    }

    @Test
    void staysFiniteForLargeLogits() {
        float[] logits = {1_000, 999, -1_000};

        TokenLogprobs logprobs = LogprobReader.of(logits, 0, 1);

        assertThat(logprobs.chosen().logprob()).isCloseTo(-Math.log1p(Math.exp(-1)), within(1e-6));
        assertThat(logprobs.top()).hasSize(1);
    }

    @Test
    void reportsNoCandidatesWhenNoneAreAskedFor() {
        assertThat(LogprobReader.of(new float[] {0, 1}, 1, 0).top()).isEmpty();
    }
}
