package dev.loramill.worker.agent;

import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptReference;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.local.LocalKafka;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A worker on a real broker, whose trainer is an empty directory. An assignment for it lies on the
 * topic before it is there for the first time.
 */
@SuppressWarnings("NullAway.Init") // start() comes first
public final class BrokerWorker implements QuarkusTestResourceLifecycleManager {
    static final String ID = "worker-2";
    static final String OLD_JOB = "job-of-old";

    private Path directory;
    private LocalKafka kafka;

    @Override
    public Map<String, String> start() {
        try {
            directory = Files.createTempDirectory("worker");
            Files.createDirectories(directory.resolve("trainer/lib"));
            Files.createFile(directory.resolve("trainer/environment"));
            startBroker(0);
            kafka.createTopics();
            assign(OLD_JOB, 1);
            return Map.of(
                    "kafka.bootstrap.servers", kafka.bootstrapServers(),
                    "loramill.artifacts.directory", directory.resolve("artifacts").toString(),
                    "loramill.worker.id", ID,
                    "loramill.worker.directory", directory.resolve("own").toString(),
                    "loramill.worker.trainer.directory", directory.resolve("trainer").toString(),
                    "loramill.worker.secret", TestSecret.in(directory).toString(),
                    "loramill.worker.heartbeat", "1s");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets the test stop and restart the broker. */
    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(
                new BrokerControl(
                        kafka.bootstrapServers(), () -> kafka.close(), this::restartBroker),
                new TestInjector.MatchesType(BrokerControl.class));
    }

    /**
     * Stops and restarts the broker of a test.
     *
     * @param stop stops it
     * @param restart starts it on its old data and port
     */
    record BrokerControl(String bootstrapServers, Runnable stop, Runnable restart) {}

    @Override
    public void stop() {
        kafka.close();
    }

    private void restartBroker() {
        try {
            startBroker(kafka.port());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void startBroker(int port) throws IOException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // The broker looks classes of its own up by name.
        thread.setContextClassLoader(LocalKafka.class.getClassLoader());
        try {
            kafka = LocalKafka.start(directory.resolve("kafka"), port);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private void assign(String job, long epoch) {
        try (Producer<String, byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            producer.send(record(job, epoch));
        }
    }

    /** An assignment for this worker, whose artifacts lie nowhere. */
    static ProducerRecord<String, byte[]> record(String job, long epoch) {
        AttemptAssigned other = Assignments.of(job, epoch);
        AttemptAssigned assigned =
                new AttemptAssigned(
                        new AttemptReference(job, 1, epoch, ID), other.spec(), null, null);
        ProducerRecord<String, byte[]> record =
                KafkaEvents.record(EventEnvelope.of(URI.create("/test"), assigned));
        TestSecret.get().sign(record);
        return record;
    }
}
