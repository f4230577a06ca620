package dev.loramill.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.clean.stack.CleanStack;
import dev.loramill.clean.stack.Rows;
import dev.loramill.events.Program;
import dev.loramill.events.Topics;
import dev.loramill.local.KafkaSecurity;
import dev.loramill.local.LocalKafka;
import dev.loramill.stack.HttpAnswer;
import dev.loramill.stack.HttpTestClient;
import dev.loramill.stack.PackagedService;
import dev.loramill.topics.TopicSetup;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    void aTopicThatForgetsIsNamedWithWhatMendsIt() throws Exception {
        try (CleanStack stack = CleanStack.prepare();
                Admin admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
            setCleanupPolicy(admin, Topics.FREEZES, "compact");
            int port = PackagedService.freePort();
            stack.launchAnother(port, Map.of());

            try (HttpTestClient http = new HttpTestClient(URI.create("http://127.0.0.1:" + port))) {
                assertThat(notReadyFor(http, Topics.FREEZES))
                        .contains(
                                "topic \\\"loramill.freezes\\\" has cleanup.policy \\\"compact\\\" but"
                                        + " must have \\\"delete\\\": kafka-configs --alter --topic"
                                        + " loramill.freezes --add-config cleanup.policy=delete (or"
                                        + " ./loramill topics apply)");
                assertThat(http.get("/q/health/live").status()).isEqualTo(200);

                new TopicSetup(admin).apply();
                await().atMost(PATIENCE).until(() -> http.get("/q/health/ready").status() == 200);
            }
        }
    }

    @Test
    void credentialsThatTheBrokerRefusesAreNamedWithTheirSettings(@TempDir Path directory)
            throws Exception {
        KafkaSecurity security = KafkaSecurity.in(directory.resolve("secrets"));
        try (LocalKafka secured = LocalKafka.startSecured(directory.resolve("kafka"), 0, security);
                CleanStack stack = CleanStack.prepare()) {
            Map<String, String> settings = new HashMap<>(security.environment(Program.CLEAN));
            settings.computeIfPresent(
                    "KAFKA_SASL_JAAS_CONFIG",
                    (key, login) ->
                            login.replaceAll("password=\"[^\"]*\"", "password=\"guessed\""));
            settings.put("KAFKA_BOOTSTRAP_SERVERS", secured.bootstrapServers());
            int port = PackagedService.freePort();
            stack.launchAnother(port, settings);

            try (HttpTestClient http = new HttpTestClient(URI.create("http://127.0.0.1:" + port))) {
                assertThat(notReadyFor(http, "credentials"))
                        .contains(
                                "Kafka at %s refuses the credentials"
                                        .formatted(secured.bootstrapServers()),
                                "check kafka.security.protocol, kafka.sasl.mechanism,"
                                        + " kafka.sasl.jaas.config and kafka.ssl.*");
                assertThat(http.get("/q/health/live").status()).isEqualTo(200);
            }
        }
    }

    /** Waits until readiness names something; gives all that it says. */
    private static String notReadyFor(HttpTestClient http, String named) {
        HttpAnswer answer =
                await().atMost(PATIENCE)
                        .ignoreExceptions()
                        .until(
                                () -> http.get("/q/health/ready"),
                                found -> found.text().contains(named));
        assertThat(answer.status()).isEqualTo(503);
        return answer.text();
    }

    private static void setCleanupPolicy(Admin admin, String topic, String policy)
            throws Exception {
        admin.incrementalAlterConfigs(
                        Map.of(
                                new ConfigResource(ConfigResource.Type.TOPIC, topic),
                                List.of(
                                        new AlterConfigOp(
                                                new ConfigEntry("cleanup.policy", policy),
                                                AlterConfigOp.OpType.SET))))
                .all()
                .get();
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
