package dev.loramill.outbox.legacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.DatasetOpened;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.Event;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.Topics;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxRelayIT {
    private static final URI SOURCE = URI.create("/loramill/test");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final RecipeReference RECIPE = new RecipeReference("none", "a".repeat(64));

    @TempDir static Path directory;
    private static Backbone backbone;

    private final Outbox outbox = new Outbox(SOURCE);
    private DataSource dataSource;
    private String topic;

    @BeforeAll
    static void startBackbone() throws Exception {
        backbone = new Backbone(directory);
    }

    @AfterAll
    static void stopBackbone() throws Exception {
        backbone.close();
    }

    @BeforeEach
    void makeDatabaseAndTopic() throws Exception {
        dataSource = backbone.dataSource(backbone.newDatabase());
        topic = backbone.newTopic();
    }

    @Test
    void sendsWhatWasCommittedAndNothingElse() throws Exception {
        try (OutboxRelay relay = startRelay()) {
            Transactions.run(dataSource, tx -> outbox.publish(tx, topic, opened("kept", 1)));
            assertThatThrownBy(() ->
                            Transactions.run(
                                    dataSource,
                                    tx -> {
                                        outbox.publish(tx, topic, opened("undone", 1));
                                        throw new SQLException("planted");
                                    }))
                    .hasMessage("planted");
            Transactions.run(dataSource, tx -> outbox.publish(tx, topic, opened("kept", 2)));
            relay.wake();

            List<ConsumerRecord<String, byte[]>> records = backbone.records(topic, 2);

            assertThat(records).extracting(ConsumerRecord::key).containsExactly("kept", "kept");
            EventEnvelope envelope = KafkaEvents.read(records.getFirst());
            assertThat(envelope.source()).isEqualTo(SOURCE);
            assertThat(envelope.event()).isEqualTo(opened("kept", 1));
            await().atMost(PATIENCE).until(() -> relay.pending() == 0);
        }
    }

    @Test
    void datasetEventsGoToTheHistoryTooUnderTheSameId() throws Exception {
        try (OutboxRelay relay = startRelay()) {
            Transactions.run(
                    dataSource,
                    tx -> {
                        outbox.publish(tx, opened("ds-1", 1));
                        outbox.publish(tx, new DatasetSealed("ds-1", "name", RECIPE, 3, 0));
                    });
            relay.wake();

            List<String> latest = ids(backbone.records(Topics.DATASETS, 2));
            List<String> history = ids(backbone.records(Topics.DATASETS_HISTORY, 2));

            assertThat(latest).hasSize(2).doesNotHaveDuplicates();
            assertThat(history).isEqualTo(latest);
        }
    }

    @Test
    void publishingOutsideATransactionIsRefused() throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            assertThatThrownBy(() -> outbox.publish(connection, topic, opened("ds-1", 1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("must be published in a transaction");
        }
    }

    @Test
    void eventsOfAKeyKeepTheOrderOfTheirCommitsUnderConcurrency() throws Exception {
        List<String> keys = List.of("a", "b", "c");
        // Commit order per key, counted under the lock that publishing takes.
        Map<String, AtomicInteger> counters =
                keys.stream().collect(Collectors.toMap(key -> key, key -> new AtomicInteger()));
        int perThread = 40;
        try (OutboxRelay first = startRelay();
                OutboxRelay second = startRelay();
                ExecutorService threads = Executors.newFixedThreadPool(6)) {
            List<Future<?>> writers = new ArrayList<>();
            for (int thread = 0; thread < 6; thread++) {
                String key = keys.get(thread % keys.size());
                AtomicInteger counter = Objects.requireNonNull(counters.get(key));
                writers.add(
                        threads.submit(() -> {
                            for (int i = 0; i < perThread; i++) {
                                Transactions.run(
                                        dataSource,
                                        tx -> {
                                            outbox.publish(tx, topic, opened(key, -1));
                                            int number = counter.incrementAndGet();
                                            outbox.publish(tx, topic, opened(key, number));
                                        });
                                first.wake();
                            }
                            return key;
                        }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }

            Map<String, List<Integer>> numbers =
                    backbone.records(topic, 6 * perThread * 2).stream()
                            .map(record -> (DatasetOpened) KafkaEvents.read(record).event())
                            .filter(event -> number(event) >= 0)
                            .collect(
                                    Collectors.groupingBy(
                                            DatasetOpened::datasetId,
                                            Collectors.mapping(
                                                    OutboxRelayIT::number, Collectors.toList())));

            List<Integer> inOrder = IntStream.rangeClosed(1, 2 * perThread).boxed().toList();
            for (String key : keys) {
                assertThat(numbers.get(key)).as("order of key %s", key).isEqualTo(inOrder);
            }
            assertThat(second.pending()).isZero();
        }
    }

    @Test
    void goesOnWhereItStoodAfterTheBrokerWasAway() throws Exception {
        try (OutboxRelay relay = startRelay()) {
            Transactions.run(dataSource, tx -> outbox.publish(tx, topic, opened("ds-1", 1)));
            await().atMost(PATIENCE).until(() -> relay.pending() == 0 && relay.isHealthy());

            backbone.stopKafka();
            await().atMost(PATIENCE).until(() -> !relay.isHealthy());
            Transactions.run(dataSource, tx -> outbox.publish(tx, topic, opened("ds-1", 2)));
            Transactions.run(dataSource, tx -> outbox.publish(tx, topic, opened("ds-1", 3)));
            relay.wake();
            assertThat(relay.pending()).isEqualTo(2);
            assertThat(relay.fault()).isPresent();

            backbone.startKafka();
            await().atMost(PATIENCE).until(() -> relay.pending() == 0 && relay.isHealthy());

            // At least once: a repetition is allowed, a gap or a wrong order is not.
            assertThat(
                            backbone.records(topic, 3).stream()
                                    .map(record -> KafkaEvents.read(record).event())
                                    .map(event -> number((DatasetOpened) event))
                                    .distinct()
                                    .toList())
                    .containsExactly(1, 2, 3);
        }
    }

    @Test
    void whatAStoppedRelayLeftIsSentByTheNext() throws Exception {
        OutboxRelay stopped = startRelay();
        stopped.close();
        assertThat(stopped.isHealthy()).isFalse();
        Transactions.run(dataSource, tx -> outbox.publish(tx, topic, opened("ds-1", 1)));

        try (OutboxRelay next = startRelay()) {
            assertThat(backbone.records(topic, 1)).hasSize(1);
            await().atMost(PATIENCE).until(() -> next.pending() == 0);
        }
    }

    private OutboxRelay startRelay() {
        OutboxRelay relay = new OutboxRelay(dataSource, backbone.bootstrapServers());
        relay.start();
        return relay;
    }

    private static List<String> ids(List<ConsumerRecord<String, byte[]>> records) {
        return records.stream().map(record -> KafkaEvents.read(record).id()).toList();
    }

    private static Event opened(String key, int number) {
        return new DatasetOpened(key, Integer.toString(number), RECIPE, Instant.EPOCH);
    }

    private static int number(DatasetOpened event) {
        return Integer.parseInt(event.name());
    }
}
