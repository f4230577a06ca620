package dev.loramill.outbox.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** What {@code ./loramill stress outbox} does, with few kills. */
class StressIT {
    private static final Path APPLICATION =
            Path.of("../outbox-trial/target/quarkus-app/quarkus-run.jar");
    private static final int KILLS = 5;

    /**
     * Of the seeds with each kind of kill and a broker that is away for some seconds, a short one.
     */
    private static final long SEED = 26;

    @Test
    void nothingIsLostDoubledOrOutOfOrderHoweverServiceBrokerAndDatabaseAreKilled()
            throws Exception {
        // What clients say of a broker that was killed on purpose is no news.
        Logger.getLogger("org.apache.kafka").setLevel(Level.OFF);

        Stress.Outcome outcome =
                new Stress(
                                new Stress.Settings(
                                        APPLICATION.toAbsolutePath().normalize(), KILLS, SEED, 200),
                                System.out)
                        .run();

        assertThat(outcome.killed().service()).isPositive();
        assertThat(outcome.killed().broker()).isPositive();
        assertThat(outcome.killed().database()).isPositive();
        assertThat(outcome.records()).isPositive();
        assertThat(outcome)
                .isEqualTo(
                        new Stress.Outcome(
                                outcome.killed(),
                                outcome.records(),
                                0,
                                0,
                                0,
                                0,
                                outcome.repeated()));
    }
}
