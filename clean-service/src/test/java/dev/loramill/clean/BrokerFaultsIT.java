package dev.loramill.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.clean.stack.CleanStack;
import dev.loramill.clean.stack.Rows;
import dev.loramill.events.Topics;
import dev.loramill.topics.TopicSetup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

/** The service while its broker lacks something, or is not there. */
class BrokerFaultsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What the launcher leaves a service. */
    private static final Duration GRACE = Duration.ofSeconds(20);

    @Test
    void aMissingTopicIsNamedAndNoReasonToRestart() throws Exception {
        try (CleanStack stack = CleanStack.prepare();
                Admin admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
            stack.launch();
            stack.killService();
            admin.deleteTopics(List.of(Topics.FREEZES)).all().get();
            stack.launchService();

            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> stack.get("/q/health/ready").text().contains(Topics.FREEZES));
            assertThat(stack.readiness()).isEqualTo(503);
            await().during(Duration.ofSeconds(5))
                    .atMost(PATIENCE)
                    .until(() -> stack.get("/q/health/live").status() == 200);
            assertThat(stack.isServiceRunning()).isTrue();

            new TopicSetup(admin).apply();
            stack.awaitReady();
        }
    }

    @Test
    void endsWithinItsGraceThoughTheBrokerIsAwayInTheMidstOfRows() throws Exception {
        try (CleanStack stack = CleanStack.prepare()) {
            stack.launch();
            stack.publish(Topics.ROWS_RECEIVED, Rows.random("ds-cut-off", 20_000, 1));
            await().atMost(PATIENCE).until(() -> stack.recordCount(Topics.ROWS_CLEANED) > 0);
            stack.stopKafka();
            try {
                stack.terminateService();

                await().atMost(GRACE).until(() -> !stack.isServiceRunning());
            } finally {
                stack.startKafka();
            }
        }
    }
}
