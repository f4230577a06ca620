package dev.loramill.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class TraceTest {
    private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @Test
    void workGoesOnInTheTraceOfItsCauseAndIsOutsideOfItAfterwards() {
        String within = Trace.continuing(PARENT, Trace::current);

        assertThat(within).isEqualTo(PARENT);
        assertThat(Trace.current()).isNull();
    }

    @Test
    void recordsCarryTheTrace() {
        RecordHeaders headers = new RecordHeaders();

        Trace.in(
                PARENT,
                () -> {
                    Trace.addTo(headers);
                    Trace.addTo(headers);
                });

        assertThat(Trace.of(headers)).isEqualTo(PARENT);
        assertThat(headers).hasSize(1);
    }

    @Test
    void workThatIsNotTracedAddsNothing() {
        RecordHeaders headers = new RecordHeaders();

        Trace.addTo(headers);
        Trace.in("no trace at all", () -> Trace.addTo(headers));

        assertThat(headers).isEmpty();
        assertThat(Trace.of(headers)).isNull();
    }

    @Test
    void headerThatIsNoTraceIsNotHandedOn() {
        RecordHeaders headers = new RecordHeaders();
        headers.add(Trace.HEADER, "00-of somebody else".getBytes(StandardCharsets.UTF_8));

        assertThat(Trace.of(headers)).isNull();
    }
}
