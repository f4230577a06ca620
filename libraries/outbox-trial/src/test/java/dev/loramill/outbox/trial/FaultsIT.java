package dev.loramill.outbox.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.DatasetOpened;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.EventJson;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RecipeReference;
import dev.loramill.stack.HttpAnswer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;

/** The packaged application while parts of it are killed or taken away. */
class FaultsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int KEYS = 20;
    private static final String BESIDE = "beside-";
    private static final Map<String, String> PUBLISHING = Map.of("LORAMILL_TRIAL_PUBLISH", "true");

    @Test
    void killedInATransactionAndAfterACommitEachRecordStillTakesEffectOnce() throws Exception {
        try (TrialStack stack =
                TrialStack.start(
                        Map.of("LORAMILL_TRIAL_HALT", "true", "LORAMILL_TRIAL_MAX_BATCH", "200"))) {
            int count = 3_000;
            stack.send(0, count);
            for (int halt = 0; halt < 2; halt++) {
                // It ends by itself, in the midst of its work.
                await().atMost(PATIENCE).until(() -> !stack.isServiceRunning());
                assertThat(stack.effects()).hasSizeLessThan(count);
                stack.launchService();
            }
            await().atMost(PATIENCE).until(() -> stack.effects().size() >= count);
            stack.awaitReady();

            assertThat(stack.effects())
                    .containsExactlyInAnyOrderElementsOf(Records.values("", 0, count));
        }
    }

    @Test
    void aRestartedConsumerGoesOnWhereTheLastOneCommitted() throws Exception {
        try (TrialStack stack = TrialStack.start(PUBLISHING)) {
            stack.send(0, 10);
            await().atMost(PATIENCE).until(() -> stack.effects().size() == 10);
            stack.killService();
            stack.send(10, 20);
            stack.startService();

            await().atMost(PATIENCE).until(() -> stack.effects().size() >= 20);
            assertThat(stack.effects())
                    .containsExactlyInAnyOrderElementsOf(Records.values("", 0, 20));
            await().atMost(PATIENCE).until(() -> announced(stack).size() >= 20);
        }
    }

    @Test
    void outlivesALossOfTheBrokerAndOfTheDatabase() throws Exception {
        try (TrialStack stack = TrialStack.start(PUBLISHING)) {
            stack.send(0, 10);
            await().atMost(PATIENCE).until(() -> stack.effects().size() == 10);

            stack.stopPostgres();
            stack.send(10, 20);
            assertRedAndAlive(stack);
            stack.startPostgres();
            await().atMost(PATIENCE).until(() -> stack.effects().size() >= 20);
            stack.awaitReady();

            stack.stopKafka();
            assertRedAndAlive(stack);
            stack.startKafka();
            stack.send(20, 30);
            await().atMost(PATIENCE).until(() -> stack.effects().size() >= 30);
            stack.awaitReady();

            assertThat(stack.effects())
                    .containsExactlyInAnyOrderElementsOf(Records.values("", 0, 30));
        }
    }

    @Test
    void eventsKeepTheOrderOfTheirKeyWhenTheBrokerIsAwayForLongerThanADelivery() throws Exception {
        try (TrialStack stack = TrialStack.start(PUBLISHING)) {
            int perKey = 100;
            try (var producer = Records.producer(stack.bootstrapServers())) {
                for (int number = 0; number < KEYS * perKey; number++) {
                    producer.send(
                            new ProducerRecord<>(
                                    "trial.in",
                                    "key-" + number % KEYS,
                                    Integer.toString(number / KEYS)
                                            .getBytes(StandardCharsets.UTF_8)));
                }
                producer.flush();
            }
            // The relay is in the midst of them, or about to be.
            await().atMost(PATIENCE).until(() -> !stack.effects().isEmpty());
            stack.stopKafka();
            Instant back = Instant.now().plusSeconds(14);
            int rounds = 0;
            while (Instant.now().isBefore(back)) {
                commitBeside(stack, rounds++);
                TimeUnit.MILLISECONDS.sleep(100);
            }
            // More than a batch of the relay, all of it still there.
            int committed = rounds * KEYS;
            assertThat(waiting(stack)).isEqualTo(committed).isGreaterThan(500);
            stack.startKafka();

            int count = KEYS * perKey + committed;
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> Set.copyOf(announced(stack)).size() == count);
            await().atMost(PATIENCE).until(() -> waiting(stack) == 0);
            Map<String, List<Integer>> byKey = new HashMap<>();
            for (DatasetOpened event : new LinkedHashSet<>(announced(stack))) {
                byKey.computeIfAbsent(event.datasetId(), key -> new ArrayList<>())
                        .add(Integer.valueOf(event.name()));
            }
            assertThat(byKey).hasSize(2 * KEYS);
            assertThat(byKey.values()).allSatisfy(numbers -> assertThat(numbers).isSorted());
        }
    }

    @Test
    void aTopicThatWasDeletedMakesReadinessRedUntilItIsBack() throws Exception {
        try (TrialStack stack = TrialStack.start(PUBLISHING);
                Admin admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
            admin.deleteTopics(List.of(TrialEffects.OUT)).all().get();
            stack.send(0, 10);

            await().atMost(PATIENCE)
                    .until(() ->
                            stack.get("/q/health/ready")
                                    .text()
                                    .contains("events have waited for Kafka for "));
            HttpAnswer answer = stack.get("/q/health/ready");
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text()).contains(TrialEffects.OUT).contains("\"kafka\": \"ok\"");
            admin.createTopics(List.of(new NewTopic(TrialEffects.OUT, 4, (short) 1))).all().get();

            stack.awaitReady();
            await().atMost(PATIENCE).until(() -> Set.copyOf(announced(stack)).size() == 10);
        }
    }

    /** Puts an event of each key into the outbox, as another process of the service would. */
    private static void commitBeside(TrialStack stack, int number) throws Exception {
        try (Connection connection = stack.database().getConnection();
                PreparedStatement statement =
                        connection.prepareStatement(
                                "INSERT INTO outbox (topic, record_key, value, headers) VALUES (?, ?, ?, ?)")) {
            for (int key = 0; key < KEYS; key++) {
                ProducerRecord<String, byte[]> record =
                        KafkaEvents.record(
                                TrialEffects.OUT,
                                EventEnvelope.of(
                                        URI.create("/loramill/beside"),
                                        new DatasetOpened(
                                                BESIDE + key,
                                                Integer.toString(number),
                                                new RecipeReference("none", "a".repeat(64)),
                                                Instant.EPOCH)));
                statement.setString(1, record.topic());
                statement.setBytes(2, record.key().getBytes(StandardCharsets.UTF_8));
                statement.setBytes(3, record.value());
                statement.setString(4, headers(record));
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private static String headers(ProducerRecord<String, byte[]> record) throws Exception {
        List<Map<String, Object>> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            headers.add(Map.of("name", header.key(), "value", header.value()));
        }
        return EventJson.mapper().writeValueAsString(headers);
    }

    /** Number of events put there beside the service that wait in the outbox. */
    private static int waiting(TrialStack stack) throws Exception {
        try (Connection connection = stack.database().getConnection();
                PreparedStatement statement =
                        connection.prepareStatement(
                                "SELECT count(*) FROM outbox WHERE starts_with(convert_from(record_key, 'UTF8'), ?)")) {
            statement.setString(1, BESIDE);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getInt(1);
            }
        }
    }

    private static void assertRedAndAlive(TrialStack stack) {
        await().atMost(PATIENCE).until(() -> stack.readiness() == 503);
        assertThat(stack.get("/q/health/live").status()).isEqualTo(200);
    }

    /** What was announced, in the order of each partition, repetitions included. */
    private static List<DatasetOpened> announced(TrialStack stack) {
        List<ConsumerRecord<String, byte[]>> records = stack.records(TrialEffects.OUT);
        return records.stream()
                .map(record -> (DatasetOpened) KafkaEvents.read(record).event())
                .toList();
    }
}
