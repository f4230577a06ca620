package dev.loramill.serve;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.AdapterEvaluation;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.LoraSpec;
import dev.loramill.events.ServingStatus;
import dev.loramill.events.Topics;
import dev.loramill.events.TrainServeContract;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.tiny.TinyAdapter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Announces adapters as the train service would, and reads what replicas report. */
public final class Announcer implements AutoCloseable {
    private static final URI SOURCE = URI.create("/test");

    private final String bootstrapServers;
    private final ArtifactStore store;
    private final ModelHyperparameters sizes;
    private final TrainServeContract contract;
    private final KafkaProducer<String, byte[]> producer;
    private final List<ServingStatus> statuses = new ArrayList<>();
    private final KafkaConsumer<String, byte[]> consumer;

    public Announcer(
            String bootstrapServers,
            ArtifactStore store,
            ModelHyperparameters sizes,
            TrainServeContract contract) {
        this.bootstrapServers = bootstrapServers;
        this.store = store;
        this.sizes = sizes;
        this.contract = contract;
        this.producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", bootstrapServers, "acks", "all"),
                        new StringSerializer(),
                        new ByteArraySerializer());
        this.consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", bootstrapServers),
                        new StringDeserializer(),
                        new ByteArrayDeserializer());
        TopicPartition partition = new TopicPartition(Topics.SERVING_STATUS, 0);
        consumer.assign(List.of(partition));
        consumer.seekToEnd(List.of(partition));
        consumer.position(partition);
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    public TrainServeContract contract() {
        return contract;
    }

    /** A sound adapter, stored and ready to be announced. */
    public AdapterAnnounced adapter(String suffix, long seed) throws IOException {
        return adapter(suffix, TinyAdapter.random(sizes, seed));
    }

    /** An adapter of any kind, stored and ready to be announced. */
    public AdapterAnnounced adapter(String suffix, TinyAdapter adapter) throws IOException {
        Path file = Files.createTempFile("adapter", ".gguf");
        try {
            adapter.write(file);
            return announcement(suffix, Files.readAllBytes(file));
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** An adapter whose file holds these bytes. */
    public AdapterAnnounced announcement(String suffix, byte[] file) throws IOException {
        StoredArtifact stored = store.put(new java.io.ByteArrayInputStream(file));
        ArtifactReference reference = new ArtifactReference(stored.sha256(), stored.sizeBytes());
        return new AdapterAnnounced(
                stored.sha256(),
                "ft:tiny:loramill:%s:00000000".formatted(suffix),
                AdapterAnnounced.State.LIVE,
                List.of("eval loss fell"),
                "ftjob-" + suffix,
                TinyServing.BASE_ID,
                reference,
                reference,
                contract,
                new LoraSpec(4, 8, 0, LoraSpec.ALL_TARGETS),
                "0".repeat(64),
                new AdapterEvaluation(2, 1, reference, 1, List.of(), "greedy,max_tokens=256", null),
                Instant.now());
    }

    /** The same adapter in another state. */
    public static AdapterAnnounced inState(
            AdapterAnnounced adapter, AdapterAnnounced.State state, String reason) {
        return new AdapterAnnounced(
                adapter.adapterId(),
                adapter.model(),
                state,
                List.of(reason),
                adapter.jobId(),
                adapter.baseId(),
                adapter.adapter(),
                adapter.peft(),
                adapter.contract(),
                adapter.lora(),
                adapter.datasetVersion(),
                adapter.evaluation(),
                adapter.createdAt());
    }

    /** The same adapter, trained for another contract and shape. */
    public static AdapterAnnounced trainedFor(
            AdapterAnnounced adapter, TrainServeContract contract, LoraSpec lora) {
        return new AdapterAnnounced(
                adapter.adapterId(),
                adapter.model(),
                adapter.state(),
                adapter.reasons(),
                adapter.jobId(),
                adapter.baseId(),
                adapter.adapter(),
                adapter.peft(),
                contract,
                lora,
                adapter.datasetVersion(),
                adapter.evaluation(),
                adapter.createdAt());
    }

    /** Announces an adapter; returns when the broker has it. */
    public void announce(AdapterAnnounced adapter) throws Exception {
        send(KafkaEvents.record(EventEnvelope.of(SOURCE, adapter)));
    }

    /** Puts any record on the topic of announcements. */
    public void send(ProducerRecord<String, byte[]> record)
            throws InterruptedException, ExecutionException {
        producer.send(record).get();
    }

    /** What replicas have reported since this object was made. */
    public List<ServingStatus> statuses() {
        consumer.poll(Duration.ofMillis(200))
                .forEach(record -> statuses.add((ServingStatus) KafkaEvents.read(record).event()));
        return List.copyOf(statuses);
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
