package dev.loramill.outbox.trial;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.DatasetOpened;
import dev.loramill.events.DeadLetter;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RecipeReference;
import dev.loramill.messaging.Contact;
import dev.loramill.outbox.ConsumedEvent;
import dev.loramill.outbox.Outbox;
import dev.loramill.stack.Topic;
import io.quarkus.arc.All;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TrialGround.class)
class InboxIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int LARGEST_RECORD = 8 << 20;
    private static final RecipeReference RECIPE = new RecipeReference("none", "a".repeat(64));

    @Inject TrialListener listener;
    @Inject TrialEffects effects;
    @Inject Outbox outbox;
    @Inject EntityManager entities;
    @Inject @All List<Contact> contacts;

    @Inject
    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    private final String prefix = UUID.randomUUID() + "-";

    @AfterEach
    void putEffectsBack() {
        listener.onRecords(null);
        listener.onEvents((batch, deadLetters) -> {});
    }

    @Test
    void aBatchThatFailsIsUndoneAndHandledAgain() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        List<String> faults = new CopyOnWriteArrayList<>();
        listener.onRecords((batch, deadLetters) -> {
            effects.handle(batch, deadLetters);
            if (attempts.incrementAndGet() <= 3) {
                throw new SQLException("planted");
            }
        });
        send(0, 100);

        await().atMost(PATIENCE)
                .until(() -> {
                    fault().ifPresent(faults::add);
                    return effects().size() >= 100 && fault().isEmpty();
                });

        assertThat(effects()).containsExactlyInAnyOrderElementsOf(values(0, 100));
        assertThat(faults).anyMatch(fault -> fault.contains("planted"));
    }

    @Test
    void anErrorIsTriedAgainLikeAnException() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        listener.onRecords((batch, deadLetters) -> {
            if (attempts.incrementAndGet() == 1) {
                throw new StackOverflowError("planted");
            }
            effects.handle(batch, deadLetters);
        });
        send(0, 10);

        await().atMost(PATIENCE).until(() -> effects().size() >= 10);
        assertThat(effects()).containsExactlyInAnyOrderElementsOf(values(0, 10));
    }

    @Test
    void recordsOfAPartitionTakeEffectInOrder() throws Exception {
        List<ConsumerRecord<String, byte[]>> seen = new CopyOnWriteArrayList<>();
        listener.onRecords((batch, deadLetters) -> seen.addAll(batch));
        send(0, 500);

        await().atMost(PATIENCE).until(() -> seen.size() >= 500);
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
                        new DatasetOpened(prefix, "name", RECIPE, Instant.EPOCH));
        List<ConsumedEvent> seen = new CopyOnWriteArrayList<>();
        listener.onEvents((batch, deadLetters) -> seen.addAll(batch));
        long offset;
        try (Producer<String, byte[]> producer = Records.producer(bootstrapServers)) {
            offset =
                    producer.send(
                                    new ProducerRecord<>(
                                            "trial.events",
                                            0,
                                            prefix,
                                            "{".getBytes(StandardCharsets.UTF_8)))
                            .get()
                            .offset();
            producer.send(KafkaEvents.record("trial.events", good)).get();
        }

        await().atMost(PATIENCE)
                .until(() -> dead("trial.events.dlq").size() == 1 && seen.size() == 1);
        assertThat(seen.getFirst().envelope()).isEqualTo(good);
        ConsumerRecord<String, byte[]> dead = dead("trial.events.dlq").getFirst();
        assertThat(dead.value()).asString(StandardCharsets.UTF_8).isEqualTo("{");
        assertThat(Records.header(dead, "dead-letter-reason"))
                .isEqualTo("header ce_type is missing");
        assertThat(Records.header(dead, "dead-letter-exception-class-name"))
                .isEqualTo("dev.loramill.events.UnreadableEventException");
        assertThat(Records.header(dead, "dead-letter-topic")).isEqualTo("trial.events");
        assertThat(Records.header(dead, "dead-letter-partition")).isEqualTo("0");
        assertThat(Records.header(dead, "dead-letter-offset")).isEqualTo(Long.toString(offset));
        await().atMost(PATIENCE).until(() -> pending() == 0);
    }

    @Test
    void aLetterThatIsTooLargeIsCutAndKeepsNothingWaiting() throws Exception {
        byte[] noise = new byte[LARGEST_RECORD - 8_000];
        new Random(1).nextBytes(noise);
        byte[] compressible = new byte[20 << 20];
        try (Producer<String, byte[]> producer = largeProducer()) {
            producer.send(new ProducerRecord<>("trial.events", prefix + "noise", noise)).get();
            producer.send(new ProducerRecord<>("trial.events", prefix + "zeros", compressible))
                    .get();
            producer.send(new ProducerRecord<>("trial.events", prefix + "small", new byte[1]))
                    .get();
        }

        await().atMost(PATIENCE).until(() -> dead("trial.events.dlq").size() >= 3);
        Map<String, ConsumerRecord<String, byte[]>> letters =
                dead("trial.events.dlq").stream()
                        .collect(
                                Collectors.toMap(
                                        letter -> letter.key().substring(prefix.length()),
                                        Function.identity()));
        assertThat(letters).containsOnlyKeys("noise", "zeros", "small");
        assertCut(Objects.requireNonNull(letters.get("noise")), noise);
        assertCut(Objects.requireNonNull(letters.get("zeros")), compressible);
        assertThat(Objects.requireNonNull(letters.get("small")).headers())
                .extracting(Header::key)
                .doesNotContain(DeadLetter.CUT);
        await().atMost(PATIENCE).until(() -> pending() == 0);
        assertThat(fault()).isEmpty();
    }

    @Test
    void condemnedRecordsAreSkippedAndTheRestOfTheirBatchTakesEffect() throws Exception {
        listener.onRecords((batch, deadLetters) -> {
            List<ConsumerRecord<String, byte[]>> fit = new ArrayList<>();
            for (ConsumerRecord<String, byte[]> record : batch) {
                String value = TrialEffects.text(record);
                if (value.equals(prefix + 7) || value.equals(prefix + 33)) {
                    deadLetters.add(record, "value " + value);
                } else {
                    fit.add(record);
                }
            }
            effects.handle(fit, deadLetters);
        });
        send(0, 50);

        await().atMost(PATIENCE)
                .until(() -> effects().size() >= 48 && dead("trial.in.dlq").size() >= 2);
        List<String> expected = new ArrayList<>(values(0, 50));
        expected.removeAll(List.of(prefix + 7, prefix + 33));
        assertThat(effects()).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(dead("trial.in.dlq"))
                .extracting(record -> Records.header(record, "dead-letter-reason"))
                .containsExactlyInAnyOrder("value " + prefix + 7, "value " + prefix + 33);
    }

    @Test
    void manyCondemnedRecordsCostNoTransactionEach() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        listener.onRecords((batch, deadLetters) -> {
            calls.incrementAndGet();
            batch.forEach(record -> deadLetters.add(record, "all are bad"));
        });
        send(0, 500);

        await().atMost(PATIENCE).until(() -> dead("trial.in.dlq").size() >= 500);
        // A batch takes what a poll brought; a transaction a record would be five hundred.
        assertThat(calls).hasValueLessThan(100);
        assertThat(dead("trial.in.dlq")).hasSize(500);
    }

    @Test
    void aRecordThatAlwaysFailsIsFoundAndTheRestOfItsBatchTakesEffect() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Set<String> bad = values(0, 500).stream().filter(v -> v.endsWith("25")).collect(toSet());
        List<ConsumerRecord<String, byte[]>> seen = new CopyOnWriteArrayList<>();
        listener.onRecords((batch, deadLetters) -> {
            calls.incrementAndGet();
            effects.handle(batch, deadLetters);
            for (ConsumerRecord<String, byte[]> record : batch) {
                if (bad.contains(TrialEffects.text(record))) {
                    throw new IllegalArgumentException("planted");
                }
            }
            seen.addAll(batch);
        });
        send(0, 500);

        await().atMost(PATIENCE)
                .until(() ->
                        effects().size() >= 500 - bad.size()
                                && dead("trial.in.dlq").size() >= bad.size());
        List<String> expected = new ArrayList<>(values(0, 500));
        expected.removeAll(bad);
        assertThat(bad).hasSize(5);
        assertThat(effects()).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(dead("trial.in.dlq"))
                .extracting(ConsumerRecord::key)
                .containsExactlyInAnyOrderElementsOf(bad);
        assertThat(dead("trial.in.dlq"))
                .allSatisfy(letter -> {
                    assertThat(Records.header(letter, "dead-letter-reason")).contains("planted");
                    assertThat(Records.header(letter, "dead-letter-cause-class-name"))
                            .isEqualTo("java.lang.IllegalArgumentException");
                });
        for (int partition = 0; partition < 4; partition++) {
            int number = partition;
            assertThat(seen.stream().filter(record -> record.partition() == number))
                    .extracting(ConsumerRecord::offset)
                    .isSorted();
        }
        // Each costs the halves on its way, twice the logarithm of a batch, and its last tries.
        assertThat(calls).hasValueLessThan(100 + 25 * bad.size());
        assertThat(fault()).isEmpty();
    }

    @Test
    void aRecordThatTheDatabaseRefusesGoesToTheDeadLetters() throws Exception {
        String hostile = prefix + "\0";
        try (Producer<String, byte[]> producer = Records.producer(bootstrapServers)) {
            producer.send(
                            new ProducerRecord<>(
                                    "trial.in",
                                    0,
                                    prefix,
                                    hostile.getBytes(StandardCharsets.UTF_8)))
                    .get();
            producer.send(
                            new ProducerRecord<>(
                                    "trial.in",
                                    0,
                                    prefix,
                                    (prefix + "next").getBytes(StandardCharsets.UTF_8)))
                    .get();
        }

        await().atMost(Duration.ofSeconds(10))
                .until(() -> effects().size() == 1 && dead("trial.in.dlq").size() == 1);
        assertThat(effects()).containsExactly(prefix + "next");
        assertThat(dead("trial.in.dlq").getFirst().value())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(hostile);
    }

    @Test
    void aFaultOfTheSurroundingsCondemnsNobody() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        listener.onRecords((batch, deadLetters) -> {
            if (attempts.incrementAndGet() <= 5) {
                throw new UncheckedIOException(new IOException("planted: disk full"));
            }
            effects.handle(batch, deadLetters);
        });
        send(0, 5);

        await().atMost(PATIENCE).until(() -> effects().size() >= 5);
        assertThat(effects()).containsExactlyInAnyOrderElementsOf(values(0, 5));
        assertThat(dead("trial.in.dlq")).isEmpty();
    }

    @Test
    void offsetsAreCommittedToKafkaSoThatItsToolsSeeTheLag() throws Exception {
        send(0, 40);
        await().atMost(PATIENCE).until(() -> effects().size() >= 40);

        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> {
                        Map<TopicPartition, Long> committed = new HashMap<>();
                        admin.listConsumerGroupOffsets("trial")
                                .partitionsToOffsetAndMetadata()
                                .get()
                                .forEach((partition, offset) ->
                                        committed.put(partition, offset.offset()));
                        Map<TopicPartition, Long> stored = new HashMap<>();
                        for (int partition = 0; partition < 4; partition++) {
                            stored.put(
                                    new TopicPartition("trial.in", partition), stored(partition));
                        }
                        assertThat(committed).isEqualTo(stored);
                    });
        }
    }

    private static void assertCut(ConsumerRecord<String, byte[]> letter, byte[] original) {
        assertThat(letter.value().length).isBetween(LARGEST_RECORD - (64 << 10), LARGEST_RECORD);
        assertThat(original).startsWith(letter.value());
        assertThat(Records.header(letter, DeadLetter.CUT))
                .isEqualTo(Integer.toString(original.length));
        assertThat(Records.header(letter, "dead-letter-reason"))
                .isEqualTo("header ce_type is missing");
    }

    private Optional<String> fault() {
        return contacts.stream().flatMap(contact -> contact.fault().stream()).findFirst();
    }

    private long pending() {
        return outbox.pending();
    }

    private long stored(int partition) {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        (Long)
                                entities.createNativeQuery(
                                                "SELECT next_offset FROM consumer_offset WHERE topic = 'trial.in' AND consumer_group = 'trial' AND partition = ?1",
                                                Long.class)
                                        .setParameter(1, partition)
                                        .getSingleResult());
    }

    @SuppressWarnings("unchecked")
    private List<String> effects() {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        entities.createNativeQuery(
                                        "SELECT value FROM effect WHERE value LIKE ?1",
                                        String.class)
                                .setParameter(1, prefix + "%")
                                .getResultList());
    }

    private List<ConsumerRecord<String, byte[]>> dead(String topic) {
        return new Topic(bootstrapServers, topic)
                .records().stream()
                        .filter(record -> record.key() != null && record.key().startsWith(prefix))
                        .toList();
    }

    /** Sends records that only their compression brings through. */
    private Producer<String, byte[]> largeProducer() {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "compression.type",
                        "gzip",
                        "max.request.size",
                        32 << 20),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    private void send(int from, int to) throws Exception {
        Records.send(bootstrapServers, "trial.in", prefix, from, to);
    }

    private List<String> values(int from, int to) {
        return Records.values(prefix, from, to);
    }
}
