package dev.loramill.clean.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.streams.KafkaStreams.State;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopologyContactTest {
    private static final Instant BEGINNING = Instant.parse("2026-11-28T06:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(BEGINNING);
    private final TopologyContact contact =
            new TopologyContact(
                    new Clock() {
                        @Override
                        public Instant instant() {
                            return now.get();
                        }

                        @Override
                        public ZoneOffset getZone() {
                            return ZoneOffset.UTC;
                        }

                        @Override
                        public Clock withZone(java.time.ZoneId zone) {
                            return this;
                        }
                    });

    @BeforeEach
    void run() {
        contact.onChange(State.RUNNING, State.REBALANCING);
    }

    @Test
    void oneThreadThatFailsIsNoFaultAndTwoWithinAMinuteAre() {
        contact.failed("boom");
        assertThat(contact.fault()).isEmpty();

        after(Duration.ofSeconds(20));
        contact.failed("boom again");

        assertThat(contact.fault())
                .hasValueSatisfying(fault ->
                        assertThat(fault)
                                .contains("since 2026-11-28T06:00:00Z", "2 times", "boom again"));
        after(Duration.ofSeconds(61));
        assertThat(contact.fault()).isEmpty();
    }

    @Test
    void thePauseBeforeAThreadIsReplacedGrowsAndIsBounded() {
        Duration pause = contact.failed("boom");
        assertThat(contact.failed("boom")).isGreaterThan(pause);

        for (int i = 0; i < 2_000; i++) {
            pause = contact.failed("boom");
        }

        assertThat(pause).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(5));
    }

    @Test
    void aRebalanceIsFineForAMinuteOnly() {
        contact.onChange(State.REBALANCING, State.RUNNING);
        assertThat(contact.fault()).isEmpty();

        after(Duration.ofSeconds(61));

        assertThat(contact.fault())
                .hasValueSatisfying(fault -> assertThat(fault).contains("2026-11-28T06:00:00Z"));
    }

    @Test
    void aStandstillIsAFaultUntilItIsOver() {
        contact.seen(Optional.of("none is done"));
        assertThat(contact.fault()).hasValue("none is done");

        contact.seen(Optional.empty());
        assertThat(contact.fault()).isEmpty();
    }

    @Test
    void aTopologyThatHasEndedIsAFault() {
        contact.onChange(State.ERROR, State.RUNNING);

        assertThat(contact.fault())
                .hasValueSatisfying(
                        fault -> assertThat(fault).contains("ERROR", "2026-11-28T06:00:00Z"));
    }

    private void after(Duration time) {
        now.updateAndGet(instant -> instant.plus(time));
    }
}
