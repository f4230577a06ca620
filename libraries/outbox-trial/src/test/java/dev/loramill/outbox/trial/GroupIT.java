package dev.loramill.outbox.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.DatasetOpened;
import dev.loramill.events.KafkaEvents;
import dev.loramill.stack.PackagedService;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Two processes of the application that share the partitions of a topic and lose one another. */
class GroupIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int KEYS = 20;
    private static final int PARTITIONS = 4;
    private static final Map<String, String> CONFIGURATION =
            Map.of(
                    "LORAMILL_TRIAL_PUBLISH",
                    "true",
                    "LORAMILL_TRIAL_MAX_BATCH",
                    "100",
                    "MP_MESSAGING_INCOMING_TRIAL_SESSION_TIMEOUT_MS",
                    "6000",
                    "MP_MESSAGING_INCOMING_TRIAL_HEARTBEAT_INTERVAL_MS",
                    "1000");

    @Test
    void whoSleptThroughItsSessionWithABatchInHandAppliesNothingAgain() throws Exception {
        Path hold = Files.createTempDirectory("hold").resolve("file");
        Map<String, String> holding = new HashMap<>(CONFIGURATION);
        holding.put("LORAMILL_TRIAL_HOLD", hold.toString());
        try (TrialStack stack = TrialStack.start(holding)) {
            PackagedService beside = stack.beside(CONFIGURATION);
            awaitShared(stack);
            Files.createFile(hold);
            send(stack, 0, 2_000);
            await().atMost(PATIENCE).until(() -> !Files.readString(hold).isEmpty());

            stack.freezeService();
            Files.delete(hold);
            await().atMost(PATIENCE).until(() -> owned(stack).equals(List.of(PARTITIONS)));
            send(stack, 2_000, 3_000);
            await().atMost(PATIENCE).until(() -> stack.effects().size() >= 3_000);
            stack.thawService();
            // It comes back with its batch, and gets partitions again.
            awaitShared(stack);
            send(stack, 3_000, 4_000);

            assertOnceAndInOrder(stack, 4_000);
            assertThat(beside.isRunning()).isTrue();
        }
    }

    @Test
    void whoIsKilledIsReplacedAndGetsItsShareBack() throws Exception {
        try (TrialStack stack = TrialStack.start(CONFIGURATION)) {
            PackagedService beside = stack.beside(CONFIGURATION);
            awaitShared(stack);
            send(stack, 0, 5_000);
            await().atMost(PATIENCE).until(() -> !stack.effects().isEmpty());

            beside.kill();
            await().atMost(PATIENCE).until(() -> owned(stack).equals(List.of(PARTITIONS)));
            send(stack, 5_000, 6_000);
            await().atMost(PATIENCE).until(() -> stack.effects().size() >= 6_000);
            beside.restart();
            awaitShared(stack);
            send(stack, 6_000, 7_000);

            assertOnceAndInOrder(stack, 7_000);
        }
    }

    private static void assertOnceAndInOrder(TrialStack stack, int count) {
        await().atMost(PATIENCE).until(() -> stack.effects().size() >= count);
        await().atMost(PATIENCE).until(() -> new HashSet<>(announced(stack)).size() >= count);
        assertThat(stack.effects())
                .containsExactlyInAnyOrderElementsOf(Records.values("", 0, count));
        Map<String, List<Integer>> byKey = new HashMap<>();
        for (DatasetOpened event : new LinkedHashSet<>(announced(stack))) {
            byKey.computeIfAbsent(event.datasetId(), key -> new ArrayList<>())
                    .add(Integer.valueOf(event.name()));
        }
        assertThat(byKey).hasSize(KEYS);
        assertThat(byKey.values()).allSatisfy(numbers -> assertThat(numbers).isSorted());
    }

    /** Sends numbers, which are spread over the keys. */
    private static void send(TrialStack stack, int from, int to) {
        try (var producer = Records.producer(stack.bootstrapServers())) {
            for (int number = from; number < to; number++) {
                producer.send(
                        new ProducerRecord<>(
                                "trial.in",
                                "key-" + number % KEYS,
                                Integer.toString(number).getBytes(StandardCharsets.UTF_8)));
            }
            producer.flush();
        }
    }

    private static List<DatasetOpened> announced(TrialStack stack) {
        return stack.records(TrialEffects.OUT).stream()
                .map(record -> (DatasetOpened) KafkaEvents.read(record).event())
                .toList();
    }

    private static void awaitShared(TrialStack stack) {
        await().atMost(PATIENCE)
                .until(() -> owned(stack).equals(List.of(PARTITIONS / 2, PARTITIONS / 2)));
    }

    /** How many partitions each member of the group has. */
    private static List<Integer> owned(TrialStack stack) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
            ConsumerGroupDescription group =
                    admin.describeConsumerGroups(Set.of("trial")).all().get().get("trial");
            return group == null
                    ? List.of()
                    : group.members().stream()
                            .map(member -> member.assignment().topicPartitions().size())
                            .toList();
        }
    }
}
