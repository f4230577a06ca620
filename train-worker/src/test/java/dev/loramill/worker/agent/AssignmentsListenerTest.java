package dev.loramill.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptFailed;
import dev.loramill.events.AttemptFailed.FaultCategory;
import dev.loramill.events.Event;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.Topics;
import dev.loramill.events.WorkerHeartbeat;
import dev.loramill.events.authority.RecordSignature;
import dev.loramill.events.authority.SharedSecret;
import dev.loramill.messaging.Contact;
import dev.loramill.messaging.Trace;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The listener on channels in memory. */
@QuarkusTest
@QuarkusTestResource(value = InMemoryWorker.class, restrictToAnnotatedClass = true)
class AssignmentsListenerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final String OTHER_TRACE =
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final TopicPartition PARTITION =
            new TopicPartition(Topics.TRAINING_ASSIGNMENTS, 0);

    @Inject @Any InMemoryConnector connector;

    @Inject
    @Identifier(AssignmentsListener.CHANNEL)
    AssignmentsListener listener;

    @Inject WorkerLifecycle worker;
    @Inject Heartbeats heartbeats;
    @Inject AgentConfig config;
    @Inject ConsumerOfTest consumerOfTest;
    private long offset;

    @Test
    void aWorkerThatCannotTakeAnAssignmentSaysSoAndIsNotFree() throws Exception {
        await().atMost(PATIENCE).until(() -> worker.agent().isPresent());
        // Nothing is heard yet, so nothing is said.
        heartbeats.beat();
        assertThat(beats()).isEmpty();

        MockConsumer<String, byte[]> consumer = new MockConsumer<>("latest");
        consumer.assign(List.of(PARTITION));
        consumer.updateEndOffsets(Map.of(PARTITION, 5L));
        listener.onPartitionsAssigned(consumer, List.of(PARTITION));
        assertThat(consumer.committed(Set.of(PARTITION)))
                .containsEntry(PARTITION, new OffsetAndMetadata(5));
        await().atMost(PATIENCE).until(() -> !beats().isEmpty());
        assertThat(beats().getFirst().running()).isNull();
        assertThat(beats().getFirst().incarnation()).as("counted, no time").isEqualTo(1);
        assertThat(beats().getFirst().instance()).isEqualTo(worker.instance());

        // One that is another worker's, one that cannot be read, one that names what is not there.
        send("worker-2", Assignments.of("job-0", 1));
        AttemptAssigned elsewhere = Assignments.of("job-of-a-namesake", 1);
        send(
                InMemoryWorker.ID,
                new AttemptAssigned(
                        elsewhere.attempt(), elsewhere.spec(), null, "another-directory"));
        sendGarbage();
        sendForgeries();
        send(InMemoryWorker.ID, Assignments.of("job-1", 2), TRACE);
        await().atMost(PATIENCE).until(() -> failures().size() == 1);
        assertThat(failures().getFirst().attempt().jobId())
                .as("forgeries are neither run nor answered")
                .isEqualTo("job-1");
        assertThat(failures().getFirst().category()).isEqualTo(FaultCategory.MISSING);
        await().atMost(PATIENCE).until(() -> worker.agent().orElseThrow().running().isEmpty());

        breakDirectory();
        send(InMemoryWorker.ID, Assignments.of("job-2", 3), OTHER_TRACE);

        await().atMost(PATIENCE).until(() -> failures().size() == 2);
        assertThat(failures().getLast().attempt().jobId()).isEqualTo("job-2");
        assertThat(failures().getLast().category()).isEqualTo(FaultCategory.EXHAUSTED);
        heartbeats.beat();
        int beatsBefore = beats().size();
        heartbeats.beat();
        assertThat(beats()).hasSize(beatsBefore);
        assertThat(heartbeats.fault()).isPresent();

        Files.delete(config.directory());
        Files.createDirectories(config.directory());
        await().atMost(PATIENCE).until(() -> beats().size() > beatsBefore);
        send(InMemoryWorker.ID, Assignments.of("job-3", 4));
        await().atMost(PATIENCE).until(() -> failures().size() == 3);
        assertThat(failures().getLast().category()).isEqualTo(FaultCategory.MISSING);

        isSilentWhileABatchFails();
        isSilentWhileItsConsumerIsDead();

        assertIsSigned("heartbeats");
        assertIsSigned("training-events");
        assertThat(beats()).extracting(WorkerHeartbeat::beat).isSorted().doesNotHaveDuplicates();
        // Whether it was run or declined, each goes on in the trace of its own assignment.
        assertThat(traces("training-events")).containsExactly(TRACE, OTHER_TRACE, null);
        assertThat(traces("heartbeats")).containsOnlyNulls();
    }

    /** Of somebody who can write to the topic, and has read what train-service wrote there. */
    private void sendForgeries() {
        send(InMemoryWorker.ID, record(InMemoryWorker.ID, Assignments.of("job-unsigned", 1)));
        ProducerRecord<String, byte[]> wrong =
                record(InMemoryWorker.ID, Assignments.of("job-wrong", 1));
        SharedSecret.random().sign(wrong);
        send(InMemoryWorker.ID, wrong);
        ProducerRecord<String, byte[]> ofAnother =
                record("worker-2", Assignments.of("job-of-another", 1));
        TestSecret.get().sign(ofAnother);
        send(InMemoryWorker.ID, ofAnother);
        ProducerRecord<String, byte[]> changed =
                record("worker-2", Assignments.of("job-changed", 1));
        changed.headers().add(ofAnother.headers().lastHeader(RecordSignature.HEADER));
        send(InMemoryWorker.ID, changed);
        ProducerRecord<String, byte[]> oversized =
                record(InMemoryWorker.ID, Assignments.of("job-oversized", 1));
        oversized.headers().add(RecordSignature.HEADER, new byte[1 << 20]);
        send(InMemoryWorker.ID, oversized);
    }

    /** As a full disk has it: nothing can be written any more. */
    private void breakDirectory() throws Exception {
        Path own = config.directory();
        try (Stream<Path> files = Files.walk(own)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        Files.createFile(own);
    }

    /** Signed by train-service, of a release that this one does not understand. */
    private void sendGarbage() {
        ProducerRecord<String, byte[]> sent =
                record(InMemoryWorker.ID, Assignments.of("job-garbage", 1));
        ProducerRecord<String, byte[]> garbage =
                new ProducerRecord<>(
                        sent.topic(), null, InMemoryWorker.ID, garbage(), sent.headers());
        TestSecret.get().sign(garbage);
        send(InMemoryWorker.ID, garbage);
    }

    /** A batch that fails by an error, and then no longer. */
    private void isSilentWhileABatchFails() {
        AtomicBoolean isBroken = new AtomicBoolean(true);
        ConsumerRecord<String, byte[]> record =
                new ConsumerRecord<>(PARTITION.topic(), 0, offset++, InMemoryWorker.ID, garbage()) {
                    @Override
                    public byte[] value() {
                        if (isBroken.get()) {
                            throw new NoClassDefFoundError("of a test");
                        }
                        return super.value();
                    }
                };
        record.headers()
                .add(
                        RecordSignature.HEADER,
                        "v1 hmac-sha256 AAAA".getBytes(StandardCharsets.UTF_8));
        send(record);

        awaitFault("NoClassDefFoundError");
        isBroken.set(false);
        awaitBeat();
    }

    private void isSilentWhileItsConsumerIsDead() {
        consumerOfTest.stops("the consumer is dead");

        awaitFault("the consumer is dead");
        consumerOfTest.goesOn();
        awaitBeat();
    }

    private void awaitFault(String words) {
        await().atMost(PATIENCE)
                .until(() -> heartbeats.fault().filter(fault -> fault.contains(words)).isPresent());
        int before = beats().size();
        heartbeats.beat();
        assertThat(beats()).hasSize(before);
    }

    private void awaitBeat() {
        int before = beats().size();
        await().atMost(PATIENCE).until(() -> beats().size() > before);
        assertThat(heartbeats.fault()).isEmpty();
    }

    /** Stands for one of the library's own, whose fault cannot be had in memory. */
    @ApplicationScoped
    static class ConsumerOfTest implements Contact {
        private volatile Optional<String> fault = Optional.empty();

        /** Fields of a proxy are not those of the bean. */
        void stops(String reason) {
            fault = Optional.of(reason);
        }

        void goesOn() {
            fault = Optional.empty();
        }

        @Override
        public String name() {
            return "consumer of a test";
        }

        @Override
        public Optional<String> fault() {
            return fault;
        }
    }

    private void send(String worker, AttemptAssigned assigned) {
        send(worker, assigned, null);
    }

    private void send(String worker, AttemptAssigned assigned, @Nullable String traceParent) {
        ProducerRecord<String, byte[]> sent = record(worker, assigned);
        TestSecret.get().sign(sent);
        Trace.addTo(sent.headers(), traceParent);
        send(worker, sent);
    }

    private static ProducerRecord<String, byte[]> record(String worker, AttemptAssigned assigned) {
        ProducerRecord<String, byte[]> sent =
                KafkaEvents.record(EventEnvelope.of(URI.create("/test"), assigned));
        return new ProducerRecord<>(sent.topic(), null, worker, sent.value(), sent.headers());
    }

    private void send(String worker, ProducerRecord<String, byte[]> sent) {
        send(received(worker, sent, offset++));
    }

    private static ConsumerRecord<String, byte[]> received(
            String key, ProducerRecord<String, byte[]> sent, long offset) {
        return new ConsumerRecord<>(
                sent.topic(),
                0,
                offset,
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                key,
                sent.value(),
                new RecordHeaders(sent.headers().toArray()),
                Optional.empty());
    }

    private void send(ConsumerRecord<String, byte[]> record) {
        connector
                .<ConsumerRecords<String, byte[]>>source("assignments")
                .send(new ConsumerRecords<>(Map.of(PARTITION, List.of(record)), Map.of()));
    }

    private void assertIsSigned(String channel) {
        SharedSecret secret = TestSecret.get();
        connector
                .<ProducerRecord<String, byte[]>>sink(channel)
                .received()
                .forEach(message -> {
                    ProducerRecord<String, byte[]> sent = message.getPayload();
                    assertThat(secret.fault(received(sent.key(), sent, 0))).isEmpty();
                });
    }

    private List<AttemptFailed> failures() {
        return sent("training-events", AttemptFailed.class);
    }

    private List<WorkerHeartbeat> beats() {
        return sent("heartbeats", WorkerHeartbeat.class);
    }

    private List<@Nullable String> traces(String channel) {
        List<@Nullable String> traces = new ArrayList<>();
        connector
                .<ProducerRecord<String, byte[]>>sink(channel)
                .received()
                .forEach(message -> traces.add(Trace.of(message.getPayload().headers())));
        return traces;
    }

    private <E extends Event> List<E> sent(String channel, Class<E> type) {
        return connector.<ProducerRecord<String, byte[]>>sink(channel).received().stream()
                .map(message -> message.getPayload())
                .map(record -> KafkaEvents.read(record.headers(), record.value()).event())
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    private static byte[] garbage() {
        return "{}".getBytes(StandardCharsets.UTF_8);
    }
}
