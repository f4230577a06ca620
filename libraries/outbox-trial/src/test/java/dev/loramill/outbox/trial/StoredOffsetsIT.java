package dev.loramill.outbox.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Where the packaged application begins when its database and Kafka do not agree. */
class StoredOffsetsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TOPIC = "trial.in";
    private static final int PARTITIONS = 4;

    @Test
    void aRestoredDatabaseIsBroughtForwardFromItsOwnOffsets() throws Exception {
        try (TrialStack stack = TrialStack.start(Map.of())) {
            takeEffectWithABackupInTheMidst(stack);
            stopService(stack);
            restoreBackup(stack);
            stack.startService();

            assertEachTookEffectOnce(stack, Records.values("", 0, 40));
        }
    }

    @Test
    void aTopicThatWasMadeAnewIsReadFromItsBeginning() throws Exception {
        try (TrialStack stack = TrialStack.start(Map.of())) {
            takeEffect(stack, 0, 40);
            stopService(stack);
            makeAnew(stack);
            // As many as before and more, so that no partition ends before its stored offset.
            stack.send(40, 140);
            stack.startService();

            assertEachTookEffectOnce(stack, Records.values("", 0, 140));
        }
    }

    @Test
    void aTopicThatIsMadeAnewUnderItsConsumerIsReadFromItsBeginning() throws Exception {
        try (TrialStack stack = TrialStack.start(Map.of())) {
            takeEffect(stack, 0, 40);
            makeAnew(stack);
            stack.send(40, 140);

            assertEachTookEffectOnce(stack, Records.values("", 0, 140));
        }
    }

    private static void makeAnew(TrialStack stack) throws Exception {
        try (Admin admin = admin(stack)) {
            admin.deleteTopics(List.of(TOPIC)).all().get();
            NewTopic anew = new NewTopic(TOPIC, PARTITIONS, (short) 1);
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> {
                        admin.createTopics(List.of(anew)).all().get();
                        return true;
                    });
        }
    }

    @Test
    void partitionsThatComeWhileTheDatabaseIsAwayWaitForIt() throws Exception {
        try (TrialStack stack = TrialStack.start(Map.of())) {
            takeEffectWithABackupInTheMidst(stack);
            // It loses its partitions in its sleep and is given them again after it.
            stack.freezeService();
            await().atMost(PATIENCE).until(() -> owned(stack) == 0);
            restoreBackup(stack);
            stack.stopPostgres();
            long told = waits();
            stack.thawService();
            await().atMost(PATIENCE).until(() -> waits() > told);
            stack.startPostgres();

            assertEachTookEffectOnce(stack, Records.values("", 0, 40));
        }
    }

    /** Forty records, of which the backup knows twenty. */
    private static void takeEffectWithABackupInTheMidst(TrialStack stack) throws Exception {
        takeEffect(stack, 0, 20);
        stack.execute("CREATE TABLE kept_effect AS TABLE effect");
        stack.execute("CREATE TABLE kept_offset AS TABLE consumer_offset");
        takeEffect(stack, 20, 40);
    }

    private static void restoreBackup(TrialStack stack) throws Exception {
        stack.execute("DELETE FROM effect; INSERT INTO effect TABLE kept_effect");
        stack.execute("DELETE FROM consumer_offset; INSERT INTO consumer_offset TABLE kept_offset");
        assertThat(stack.effects()).hasSize(20);
    }

    /** Sends records and waits until both database and Kafka say that they were taken in. */
    private static void takeEffect(TrialStack stack, int from, int to) throws Exception {
        stack.send(from, to);
        await().atMost(PATIENCE).until(() -> stack.effects().size() == to);
        try (Admin admin = admin(stack)) {
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> committed(admin).equals(ends(admin)));
        }
    }

    private static void stopService(TrialStack stack) {
        stack.terminateService();
        await().atMost(PATIENCE).until(() -> !stack.isServiceRunning());
    }

    private static void assertEachTookEffectOnce(TrialStack stack, List<String> values) {
        await().atMost(PATIENCE).until(() -> stack.effects().size() >= values.size());
        stack.awaitReady();
        assertThat(stack.effects()).containsExactlyInAnyOrderElementsOf(values);
    }

    /** How often the log says that an assignment waits for the database. */
    private static long waits() throws Exception {
        return Files.readString(Path.of("target", "trial-it.log"), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("The stored offsets cannot be read yet"))
                .count();
    }

    private static List<Long> committed(Admin admin) throws Exception {
        var offsets = admin.listConsumerGroupOffsets("trial").partitionsToOffsetAndMetadata().get();
        return partitions().stream()
                .map(partition -> Objects.requireNonNull(offsets.get(partition)).offset())
                .toList();
    }

    private static List<Long> ends(Admin admin) throws Exception {
        List<Long> ends = new ArrayList<>();
        for (TopicPartition partition : partitions()) {
            ends.add(
                    admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                            .partitionResult(partition)
                            .get()
                            .offset());
        }
        return ends;
    }

    private static List<TopicPartition> partitions() {
        List<TopicPartition> partitions = new ArrayList<>();
        for (int number = 0; number < PARTITIONS; number++) {
            partitions.add(new TopicPartition(TOPIC, number));
        }
        return partitions;
    }

    /** How many partitions the group has. */
    private static int owned(TrialStack stack) throws Exception {
        try (Admin admin = admin(stack)) {
            ConsumerGroupDescription group =
                    admin.describeConsumerGroups(Set.of("trial")).all().get().get("trial");
            return Objects.requireNonNull(group).members().stream()
                    .mapToInt(member -> member.assignment().topicPartitions().size())
                    .sum();
        }
    }

    private static Admin admin(TrialStack stack) {
        return Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()));
    }
}
