package dev.loramill.outbox.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.DatasetOpened;
import dev.loramill.events.KafkaEvents;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** The packaged application while parts of it are killed or taken away. */
class FaultsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
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
            int keys = 20;
            int perKey = 100;
            try (var producer = Records.producer(stack.bootstrapServers())) {
                for (int number = 0; number < keys * perKey; number++) {
                    producer.send(
                            new ProducerRecord<>(
                                    "trial.in",
                                    "key-" + number % keys,
                                    Integer.toString(number / keys)
                                            .getBytes(StandardCharsets.UTF_8)));
                }
                producer.flush();
            }
            // The relay is in the midst of them, or about to be.
            await().atMost(PATIENCE).until(() -> !stack.effects().isEmpty());
            stack.stopKafka();
            Instant back = Instant.now().plusSeconds(14);
            await().atMost(PATIENCE).until(() -> Instant.now().isAfter(back));
            stack.startKafka();

            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> Set.copyOf(announced(stack)).size() == keys * perKey);
            Map<String, List<Integer>> byKey = new HashMap<>();
            for (DatasetOpened event : new LinkedHashSet<>(announced(stack))) {
                byKey.computeIfAbsent(event.datasetId(), key -> new ArrayList<>())
                        .add(Integer.valueOf(event.name()));
            }
            assertThat(byKey).hasSize(keys);
            assertThat(byKey.values()).allSatisfy(numbers -> assertThat(numbers).isSorted());
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
