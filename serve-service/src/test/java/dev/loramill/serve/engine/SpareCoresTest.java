package dev.loramill.serve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SpareCoresTest {
    private static final long ALONE_STEP = Duration.ofMillis(10).toNanos();
    private static final long FASTER_STEP = Duration.ofMillis(6).toNanos();
    private static final long SLOWER_STEP = Duration.ofMillis(90).toNanos();

    private long now = 1_000;
    private double load = 0.5;
    private final SpareCores cores = new SpareCores(2, () -> load, () -> now);

    @Test
    void beginsWithOneCore() {
        assertThat(cores.forLoneContext()).isEqualTo(1);
    }

    @Test
    void usesAllCoresAfterTheyWereSeenIdle() {
        becomeWide();
    }

    @Test
    void staysWithOneCoreWhileOtherProgramsWork() {
        load = 0.9;
        runAlone(Duration.ofMinutes(1));

        assertThat(cores.forLoneContext()).isEqualTo(1);
    }

    @Test
    void staysWithOneCoreWhereTheLoadIsNotKnown() {
        load = -1;
        runAlone(Duration.ofMinutes(1));

        assertThat(cores.forLoneContext()).isEqualTo(1);
    }

    @Test
    void goesBackToOneCoreWhenAStepIsSlowerThanOnOne() {
        becomeWide();

        cores.measured(2, SLOWER_STEP);

        assertThat(cores.forLoneContext()).isEqualTo(1);
        runAlone(Duration.ofSeconds(1));
        assertThat(cores.forLoneContext()).isEqualTo(1);
        runAlone(Duration.ofSeconds(2));
        assertThat(cores.forLoneContext()).isEqualTo(2);
    }

    @Test
    void waitsLongerEachTimeItWasWrong() {
        becomeWide();
        cores.measured(2, SLOWER_STEP);
        runAlone(Duration.ofSeconds(3));
        assertThat(cores.forLoneContext()).isEqualTo(2);

        cores.measured(2, SLOWER_STEP);

        runAlone(Duration.ofSeconds(3));
        assertThat(cores.forLoneContext()).isEqualTo(1);
        runAlone(Duration.ofSeconds(2));
        assertThat(cores.forLoneContext()).isEqualTo(2);
    }

    @Test
    void forgetsOldMistakesAfterALongGoodTime() {
        becomeWide();
        cores.measured(2, SLOWER_STEP);
        runAlone(Duration.ofSeconds(3));
        assertThat(cores.forLoneContext()).isEqualTo(2);
        now += Duration.ofSeconds(30).toNanos();
        cores.measured(2, FASTER_STEP);

        cores.measured(2, SLOWER_STEP);

        runAlone(Duration.ofSeconds(3));
        assertThat(cores.forLoneContext()).isEqualTo(2);
    }

    private void becomeWide() {
        runAlone(Duration.ofSeconds(1));
        assertThat(cores.forLoneContext()).isEqualTo(2);
    }

    private void runAlone(Duration duration) {
        long end = now + duration.toNanos();
        while (now < end) {
            if (cores.forLoneContext() == 1) {
                cores.measured(1, ALONE_STEP);
            }
            now += ALONE_STEP;
        }
    }
}
