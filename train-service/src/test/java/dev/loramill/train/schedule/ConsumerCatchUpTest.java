package dev.loramill.train.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.messaging.Contact;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConsumerCatchUpTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final ScriptedContact consumers = new ScriptedContact();
    private final ScriptedContact outbox = new ScriptedContact();
    private long lag;
    private long nanos;
    private final ConsumerCatchUp catchUp =
            new ConsumerCatchUp(
                    List.of(consumers, outbox), () -> lag > 0, () -> nanos, Duration.ofSeconds(10));

    @Test
    void silenceMeansNothingUntilTheTopicsWereReadForAWhile() {
        assertThat(since(0)).isEmpty();
        assertThat(since(1)).isEmpty();
        assertThat(since(2)).contains(START.plusSeconds(2));
        assertThat(since(9)).contains(START.plusSeconds(2));
    }

    @Test
    void aClockThatWasSetMakesNoWorkerSilent() {
        since(0);
        assertThat(since(2)).isPresent();
        nanos += 1_000_000_000;
        assertThat(catchUp.since(START.plusSeconds(3_603))).as("an hour ahead").isEmpty();
        nanos += 2_000_000_000;
        assertThat(catchUp.since(START.plusSeconds(3_605))).contains(START.plusSeconds(3_605));
        nanos += 1_000_000_000;
        assertThat(catchUp.since(START.plusSeconds(6))).as("and back").isEmpty();
        nanos += 2_000_000_000;
        assertThat(catchUp.since(START.plusSeconds(8))).contains(START.plusSeconds(8));
    }

    @Test
    void silenceOfATimeInWhichThisProcessStoodStillMeansNothing() {
        since(0);
        assertThat(since(2)).isPresent();
        assertThat(since(60)).isEmpty();
        assertThat(since(62)).contains(START.plusSeconds(62));
    }

    @Test
    void backlogAtTheStartIsWaitedForAndALaterOneIsNot() {
        lag = 5;
        assertThat(since(0)).isEmpty();
        assertThat(since(9)).isEmpty();
        lag = 0;
        assertThat(since(10)).isEmpty();
        assertThat(since(12)).contains(START.plusSeconds(12));
        lag = 5;
        assertThat(since(13)).contains(START.plusSeconds(12));
    }

    @Test
    void faultOfListenerOrOutboxBeginsItAnew() {
        since(0);
        assertThat(since(2)).isPresent();
        consumers.fault = "the broker is away";
        assertThat(since(3)).isEmpty();
        consumers.fault = null;
        assertThat(since(4)).isEmpty();
        assertThat(since(6)).contains(START.plusSeconds(6));
        outbox.fault = "events wait";
        assertThat(since(7)).isEmpty();
        outbox.fault = null;
        assertThat(since(8)).isEmpty();
        assertThat(since(10)).contains(START.plusSeconds(10));
    }

    private Optional<Instant> since(int second) {
        nanos = second * 1_000_000_000L;
        return catchUp.since(START.plusSeconds(second));
    }

    private static final class ScriptedContact implements Contact {
        private @Nullable String fault;

        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public Optional<String> fault() {
            return Optional.ofNullable(fault);
        }
    }
}
