package dev.loramill.trainer.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loramill.trainer.job.LearningRateSchedule.Kind;
import org.junit.jupiter.api.Test;

/** Expected values are those of transformers' get_scheduler for 4 warmup steps of 20. */
class LearningRateScheduleTest {
    @Test
    void linearGrowsFromZeroAndFallsToZero() {
        assertRates(Kind.LINEAR, 0, 0.25, 0.5, 0.75, 1, 0.9375, 0.875);
        assertThat(schedule(Kind.LINEAR).rate(19)).isCloseTo(0.0625, within(1e-12));
        assertThat(schedule(Kind.LINEAR).rate(20)).isZero();
    }

    @Test
    void cosineFallsAlongHalfACosine() {
        assertRates(Kind.COSINE, 0, 0.25, 0.5, 0.75, 1, 0.9903926402016152, 0.9619397662556434);
        assertThat(schedule(Kind.COSINE).rate(12)).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void constantStays() {
        assertRates(Kind.CONSTANT, 0, 0.25, 0.5, 0.75, 1, 1, 1);
    }

    private static void assertRates(Kind kind, double... expected) {
        for (int step = 0; step < expected.length; step++) {
            assertThat(schedule(kind).rate(step)).isCloseTo(expected[step], within(1e-12));
        }
    }

    private static LearningRateSchedule schedule(Kind kind) {
        return new LearningRateSchedule(kind, 1, 4, 20);
    }
}
