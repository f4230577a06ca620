package dev.loramill.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class DeliveryFaultsTest {
    private final DeliveryFaults faults = new DeliveryFaults();
    private final Effect first = new Batch();
    private final Effect second = new Batch();

    /** A batch is known by identity, as the lambdas of listeners are. */
    private static final class Batch implements Effect {
        @Override
        public void run() {}
    }

    @Test
    void aBatchThatTakesEffectDoesNotHideAnotherOfItsChannel() {
        faults.failed("outcomes", first, new IOException("no space left"));
        faults.tookEffect("outcomes", second);
        assertThat(faults.fault())
                .hasValue(
                        "a batch of channel \"outcomes\" does not take effect and is tried again:"
                                + " java.io.IOException: no space left");
        faults.tookEffect("outcomes", first);
        assertThat(faults.fault()).isEmpty();
    }

    @Test
    void theSameFaultIsToldOnceAndAllChannelsAreNamed() {
        faults.failed("outcomes", first, new IOException("closed"));
        faults.failed("outcomes", second, new IOException("closed"));
        faults.failed("freezes", new Batch(), new IOException("closed"));
        assertThat(faults.fault())
                .hasValue(
                        "a batch of channel \"freezes\" does not take effect and is tried again:"
                                + " java.io.IOException: closed; a batch of channel \"outcomes\""
                                + " does not take effect and is tried again: java.io.IOException:"
                                + " closed");
    }

    @Test
    void ofOneBatchTheLastFaultIsTold() {
        faults.failed("outcomes", first, new IOException("refused"));
        faults.failed("outcomes", first, new IOException("closed"));
        assertThat(faults.fault().orElseThrow()).contains("closed").doesNotContain("refused");
    }
}
