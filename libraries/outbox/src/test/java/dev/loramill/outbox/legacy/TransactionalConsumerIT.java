package dev.loramill.outbox.legacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.DatasetOpened;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RecipeReference;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransactionalConsumerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final RecipeReference RECIPE = new RecipeReference("none", "a".repeat(64));

    @TempDir static Path directory;
    private static Backbone backbone;

    private String database;
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
        database = backbone.newDatabase();
        dataSource = backbone.dataSource(database);
        topic = backbone.newTopic();
    }

    @Test
    void aBatchThatFailsIsUndoneAndHandledAgain() throws Exception {
        send(100);
        AtomicInteger attempts = new AtomicInteger();
        List<String> faults = new CopyOnWriteArrayList<>();
        try (TransactionalConsumer consumer =
                builder()
                        .handlerRaw((tx, batch) -> {
                            Effects.insert(tx, batch);
                            if (attempts.incrementAndGet() <= 3) {
                                throw new SQLException("planted");
                            }
                        })
                        .start()) {
            await().atMost(PATIENCE)
                    .until(() -> {
                        consumer.fault().ifPresent(faults::add);
                        return effects().size() >= 100 && consumer.isHealthy();
                    });

            assertThat(effects()).containsExactlyInAnyOrderElementsOf(expected(100));
            assertThat(faults).anyMatch(fault -> fault.contains("planted"));
            await().atMost(PATIENCE).until(() -> consumer.lag() == 0);
        }
    }

    @Test
    void aRestartedConsumerGoesOnWhereTheLastOneCommitted() throws Exception {
        send(10);
        try (TransactionalConsumer first = builder().handlerRaw(Effects::insert).start()) {
            await().atMost(PATIENCE).until(() -> effects().size() == 10);
        }
        sendFrom(10, 20);

        try (TransactionalConsumer second = builder().handlerRaw(Effects::insert).start()) {
            await().atMost(PATIENCE).until(() -> effects().size() >= 20 && second.lag() == 0);
        }
        assertThat(effects()).containsExactlyInAnyOrderElementsOf(expected(20));
    }

    @Test
    void killedAgainAndAgainEachRecordStillTakesEffectOnce() throws Exception {
        int count = 3_000;
        send(count);
        int kills = 0;
        while (effects().size() < count) {
            Process process = startHalting(count);
            int status;
            try {
                assertThat(process.waitFor(PATIENCE)).as("the records all take effect").isTrue();
                status = process.exitValue();
            } finally {
                process.destroyForcibly();
            }
            if (status == HaltingConsumer.HALTED) {
                kills++;
            } else {
                assertThat(status).isZero();
            }
        }

        assertThat(kills).isGreaterThanOrEqualTo(2);
        assertThat(effects()).containsExactlyInAnyOrderElementsOf(expected(count));
    }

    @Test
    void consumersThatShareAGroupAndLoseOneAnotherNeverDoubleAnEffect() throws Exception {
        int count = 2_000;
        send(count / 2);
        TransactionalConsumer first =
                builder().maxPollRecords(50).handlerRaw(Effects::insert).start();
        try (TransactionalConsumer second =
                builder().maxPollRecords(50).handlerRaw(Effects::insert).start()) {
            await().atMost(PATIENCE).until(() -> effects().size() > count / 10);
            first.close();
            sendFrom(count / 2, count);
            try (TransactionalConsumer third =
                    builder().maxPollRecords(50).handlerRaw(Effects::insert).start()) {
                await().atMost(PATIENCE).until(() -> effects().size() >= count);
                await().atMost(PATIENCE).until(() -> second.isHealthy() && third.isHealthy());
            }
        }
        assertThat(effects()).containsExactlyInAnyOrderElementsOf(expected(count));
    }

    @Test
    void recordsOfAPartitionTakeEffectInOrder() throws Exception {
        send(500);
        List<ConsumerRecord<String, byte[]>> seen = new CopyOnWriteArrayList<>();
        try (TransactionalConsumer consumer =
                builder()
                        .maxPollRecords(37)
                        .handlerRaw((tx, batch) -> seen.addAll(batch))
                        .start()) {
            await().atMost(PATIENCE).until(() -> seen.size() == 500 && consumer.lag() == 0);
        }
        for (int partition = 0; partition < 4; partition++) {
            int number = partition;
            assertThat(seen.stream().filter(record -> record.partition() == number))
                    .extracting(ConsumerRecord::offset)
                    .isSorted();
        }
    }

    @Test
    void whatIsNoEventGoesToTheDeadLetterQueueWithTheReason() throws Exception {
        EventEnvelope good =
                EventEnvelope.of(
                        URI.create("/loramill/test"),
                        new DatasetOpened("ds-1", "name", RECIPE, Instant.EPOCH));
        try (Producer<String, byte[]> producer = backbone.producer()) {
            producer.send(
                            new ProducerRecord<>(
                                    topic, 0, "key", "{".getBytes(StandardCharsets.UTF_8)))
                    .get();
            producer.send(KafkaEvents.record(topic, good)).get();
        }
        List<ConsumedEvent> seen = new CopyOnWriteArrayList<>();
        try (TransactionalConsumer consumer =
                        builder().handler((tx, batch) -> seen.addAll(batch)).start();
                OutboxRelay relay = startRelay()) {
            List<ConsumerRecord<String, byte[]>> dead = backbone.records(topic + ".dlq", 1);
            await().atMost(PATIENCE).until(() -> seen.size() == 1);

            assertThat(seen.getFirst().envelope()).isEqualTo(good);
            assertThat(dead).hasSize(1);
            assertThat(dead.getFirst().key()).isEqualTo("key");
            assertThat(dead.getFirst().value()).asString(StandardCharsets.UTF_8).isEqualTo("{");
            assertThat(header(dead.getFirst(), "dead-letter-reason"))
                    .isEqualTo("header ce_type is missing");
            assertThat(header(dead.getFirst(), "dead-letter-cause"))
                    .isEqualTo("dev.loramill.events.UnreadableEventException");
            assertThat(header(dead.getFirst(), "dead-letter-topic")).isEqualTo(topic);
            assertThat(header(dead.getFirst(), "dead-letter-partition")).isEqualTo("0");
            assertThat(header(dead.getFirst(), "dead-letter-offset")).isEqualTo("0");
            await().atMost(PATIENCE).until(consumer::isHealthy);
            assertThat(relay.pending()).isZero();
        }
    }

    @Test
    void condemnedRecordsAreSkippedAndTheRestOfTheirBatchTakesEffect() throws Exception {
        send(50);
        try (TransactionalConsumer consumer =
                        builder()
                                .handlerRaw((tx, batch) -> {
                                    Effects.insert(tx, batch);
                                    for (ConsumerRecord<String, byte[]> record : batch) {
                                        String value = text(record);
                                        if (value.equals("7") || value.equals("33")) {
                                            throw new PoisonEventException(
                                                    record, "value " + value);
                                        }
                                    }
                                })
                                .start();
                OutboxRelay relay = startRelay()) {
            List<ConsumerRecord<String, byte[]>> dead = backbone.records(topic + ".dlq", 2);
            await().atMost(PATIENCE).until(() -> effects().size() >= 48 && consumer.lag() == 0);
            await().atMost(PATIENCE).until(() -> relay.pending() == 0);

            List<String> expected = new ArrayList<>(expected(50));
            expected.removeAll(List.of("7", "33"));
            assertThat(effects()).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(dead)
                    .extracting(TransactionalConsumerIT::text)
                    .containsExactlyInAnyOrder("7", "33");
            assertThat(dead)
                    .extracting(record -> header(record, "dead-letter-reason"))
                    .containsExactlyInAnyOrder("value 7", "value 33");
        }
    }

    @Test
    void outlivesALossOfTheBrokerAndOfTheDatabase() throws Exception {
        send(10);
        try (TransactionalConsumer consumer = builder().handlerRaw(Effects::insert).start()) {
            await().atMost(PATIENCE).until(() -> effects().size() == 10 && consumer.isHealthy());

            backbone.stopPostgres();
            sendFrom(10, 20);
            await().atMost(PATIENCE).until(() -> !consumer.isHealthy());
            backbone.startPostgres();
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> effects().size() >= 20 && consumer.isHealthy());

            backbone.stopKafka();
            await().atMost(PATIENCE).until(() -> !consumer.isHealthy());
            backbone.startKafka();
            sendFrom(20, 30);
            await().atMost(PATIENCE).until(() -> effects().size() >= 30 && consumer.isHealthy());
        }
        assertThat(effects()).containsExactlyInAnyOrderElementsOf(expected(30));
    }

    @Test
    void aConsumerWithoutHandlerIsRefused() {
        assertThatThrownBy(() -> builder().build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("needs topics and a handler");
    }

    private TransactionalConsumer.Builder builder() {
        return TransactionalConsumer.builder("group", dataSource, backbone.bootstrapServers())
                .topics(topic);
    }

    private OutboxRelay startRelay() {
        OutboxRelay relay = new OutboxRelay(dataSource, backbone.bootstrapServers());
        relay.start();
        return relay;
    }

    private Process startHalting(int count) throws Exception {
        return new ProcessBuilder(
                        Path.of(property("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.util.logging.config.file="
                                + property("java.util.logging.config.file"),
                        "-cp",
                        property("java.class.path"),
                        HaltingConsumer.class.getName(),
                        backbone.bootstrapServers(),
                        backbone.jdbcUrl(database),
                        topic,
                        Integer.toString(count))
                .inheritIO()
                .start();
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name);
    }

    private List<String> effects() throws SQLException {
        return Backbone.effects(dataSource);
    }

    private void send(int count) throws Exception {
        sendFrom(0, count);
    }

    private void sendFrom(int from, int to) throws Exception {
        try (Producer<String, byte[]> producer = backbone.producer()) {
            List<Future<?>> sent = new ArrayList<>();
            for (int i = from; i < to; i++) {
                String value = Integer.toString(i);
                sent.add(
                        producer.send(
                                new ProducerRecord<>(
                                        topic, value, value.getBytes(StandardCharsets.UTF_8))));
            }
            for (Future<?> record : sent) {
                record.get();
            }
        }
    }

    private static List<String> expected(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    private static String text(ConsumerRecord<String, byte[]> record) {
        return new String(record.value(), StandardCharsets.UTF_8);
    }

    private static String header(ConsumerRecord<String, byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
