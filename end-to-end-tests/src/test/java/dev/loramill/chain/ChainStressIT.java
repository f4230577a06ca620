package dev.loramill.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.stress.ChainStress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** A short run of {@code ./loramill stress chain}. */
class ChainStressIT {
    private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();

    /** One that kills and pauses services, and cuts both ways, within its first minute. */
    private static final long SEED = 1;

    @Test
    void clientsFindWhatTheyWereToldHoweverTheChainFails() throws Exception {
        // What clients say of a broker that was killed on purpose is no news.
        Logger.getLogger("org.apache.kafka").setLevel(Level.OFF);

        ChainStress.Outcome outcome =
                new ChainStress(
                                new ChainStress.Settings(CHECKOUT, Duration.ofMinutes(1), SEED),
                                System.out)
                        .run();

        assertThat(outcome.violations()).isEmpty();
        assertThat(outcome.faults()).isNotEmpty();
        assertThat(outcome.requests().get("accepted")).isPositive();
        assertThat(outcome.datasets()).isPositive();
    }
}
