package dev.loramill.clean.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.clean.topology.TopologyProgress.Sight;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TopologyProgressTest {
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final TopologyProgress progress = new TopologyProgress();
    private Instant now = Instant.parse("2026-11-28T06:00:00Z");

    @Test
    void rowsThatAreTakenAgainAndAgainAndNeverCommittedAreAStandstill() {
        long taken = 100;
        assertThat(look(taken, 7, 0)).isEmpty();

        Optional<String> fault = Optional.empty();
        for (int i = 0; i < 17; i++) {
            taken += 25;
            fault = look(taken, 7, 0);
        }

        assertThat(fault)
                .hasValueSatisfying(
                        sentence -> assertThat(sentence).contains("since 2026-11-28T06:00:10Z"));
        assertThat(look(taken, 8, 0)).as("after a commit").isEmpty();
    }

    @Test
    void rowsThatWaitAndAreNotTakenAreAStandstill() {
        Optional<String> fault = Optional.empty();
        for (int i = 0; i < 17; i++) {
            fault = look(0, 0, 402);
        }

        assertThat(fault).hasValueSatisfying(sentence -> assertThat(sentence).contains("402 wait"));
    }

    @Test
    void nothingToDoIsNoStandstillHoweverLong() {
        look(100, 0, 0);
        look(100, 7, 0);

        for (int i = 0; i < 1_000; i++) {
            assertThat(look(100, 7, 0)).isEmpty();
        }
    }

    @Test
    void manyRowsThatWaitAreNoStandstillWhileSomeAreDone() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(look(i, i, 1_000_000)).isEmpty();
        }
    }

    @Test
    void aThreadThatTookThePlaceOfAnotherIsNotTakenForProgress() {
        Optional<String> fault = Optional.empty();
        for (int i = 0; i < 40; i++) {
            fault = progress.look(new Sight(i, Map.of("thread-" + i, 0.0), 1), after());
        }

        assertThat(fault).isPresent();
    }

    private Optional<String> look(long taken, double commits, long waiting) {
        return progress.look(new Sight(taken, Map.of("thread-1", commits), waiting), after());
    }

    private Instant after() {
        now = now.plus(LOOK);
        return now;
    }
}
