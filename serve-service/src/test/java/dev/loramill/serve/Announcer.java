package dev.loramill.serve;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.ServingStatus;
import dev.loramill.events.Topics;
import dev.loramill.events.TrainServeContract;
import dev.loramill.events.authority.SigningKey;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.tiny.TinyAdapter;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
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
    private final AnnouncedFiles files;
    private final SigningKey key = TrainAuthority.key();
    private final KafkaProducer<String, byte[]> producer;
    private final List<ServingStatus> statuses = new ArrayList<>();
    private final KafkaConsumer<String, byte[]> consumer;

    public Announcer(
            String bootstrapServers,
            ArtifactStore store,
            ModelHyperparameters sizes,
            TrainServeContract contract) {
        this.bootstrapServers = bootstrapServers;
        this.files = new AnnouncedFiles(store, sizes, contract);
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
        return files.contract();
    }

    /** A sound adapter, stored and ready to be announced. */
    public AdapterAnnounced adapter(String suffix, long seed) throws IOException {
        return files.adapter(suffix, seed);
    }

    /** An adapter of any kind, stored and ready to be announced. */
    public AdapterAnnounced adapter(String suffix, TinyAdapter adapter) throws IOException {
        return files.adapter(suffix, adapter);
    }

    /** An adapter whose file holds these bytes. */
    public AdapterAnnounced announcement(String suffix, byte[] file) throws IOException {
        return files.announcement(suffix, file);
    }

    /** Announces an adapter; returns when the broker has it. */
    public void announce(AdapterAnnounced adapter) throws Exception {
        send(signed(adapter));
    }

    /** The record that announces an adapter. */
    public ProducerRecord<String, byte[]> signed(AdapterAnnounced adapter) {
        ProducerRecord<String, byte[]> record = unsigned(adapter);
        key.sign(record);
        return record;
    }

    /** The record that would announce an adapter, if whoever wrote it were believed. */
    public ProducerRecord<String, byte[]> unsigned(AdapterAnnounced adapter) {
        return KafkaEvents.record(EventEnvelope.of(SOURCE, adapter));
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
