package dev.loramill.train.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.train.announce.Consumption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HearingTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Topic topic = new Topic();
    private boolean isRelaySound = true;
    private final Hearing hearing = new Hearing(() -> isRelaySound, List.of(topic));

    @Test
    void silenceMeansNothingUntilTheTopicsWereReadForAWhile() {
        assertThat(since(0)).isEmpty();
        assertThat(since(1)).isEmpty();
        assertThat(since(2)).contains(START.plusSeconds(2));
        assertThat(since(100)).contains(START.plusSeconds(2));
    }

    @Test
    void backlogAtTheStartIsWaitedForAndALaterOneIsNot() {
        topic.lag = 5;
        assertThat(since(0)).isEmpty();
        assertThat(since(9)).isEmpty();
        topic.lag = 0;
        assertThat(since(10)).isEmpty();
        assertThat(since(12)).contains(START.plusSeconds(12));
        topic.lag = 5;
        assertThat(since(13)).contains(START.plusSeconds(12));
    }

    @Test
    void faultOfListenerOrRelayBeginsItAnew() {
        since(0);
        assertThat(since(2)).isPresent();
        topic.fault = "the broker is away";
        assertThat(since(3)).isEmpty();
        topic.fault = null;
        assertThat(since(4)).isEmpty();
        assertThat(since(6)).contains(START.plusSeconds(6));
        isRelaySound = false;
        assertThat(since(7)).isEmpty();
        isRelaySound = true;
        assertThat(since(8)).isEmpty();
        assertThat(since(10)).contains(START.plusSeconds(10));
    }

    private Optional<Instant> since(int second) {
        return hearing.since(START.plusSeconds(second));
    }

    private static final class Topic implements Consumption {
        private @Nullable String fault;
        private long lag;

        @Override
        public String topic() {
            return "topic";
        }

        @Override
        public Optional<String> fault() {
            return Optional.ofNullable(fault);
        }

        @Override
        public long lag() {
            return lag;
        }
    }
}
