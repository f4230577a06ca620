package dev.loramill.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.EventType;
import dev.loramill.events.Topics;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.local.launch.Service;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every event in every wrong form that is tried, sent to the consumers that are meant for it: each
 * takes effect or is set aside, and what comes behind it takes effect.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileEventsIT {
    private static final Path SAMPLES = Path.of("../libraries/events/src/test/resources/samples");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String GOOD_ROW =
            "{\"dataset\":\"%s\",\"row\":{\"question\":\"What helps?\",\"answer\":\"Rest.\"}}";

    private Chain chain;

    @BeforeAll
    void startChain(@TempDir Path directory) throws Exception {
        Path base = TinyLlama.standard().write(directory.resolve("tiny.gguf"));
        chain = Chain.start(directory.resolve("home"), base, false);
    }

    @AfterAll
    void stopChain() throws Exception {
        if (chain != null) {
            chain.close();
        }
    }

    @Test
    void noRecordStopsWhatComesBehindIt() throws Exception {
        Map<Service, Long> pids = pids();
        String dataset = openDataset();

        int sent = 0;
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(
                        chain.kafka(), new StringSerializer(), new ByteArraySerializer())) {
            for (EventType type : EventType.values()) {
                String sample = Files.readString(SAMPLES.resolve(type.typeName() + ".json"));
                for (String body : HostileRecords.of(sample)) {
                    send(producer, type.topic(), type.typeName(), body);
                    if (type.topic().equals(Topics.DATASETS)) {
                        send(producer, Topics.DATASETS_HISTORY, type.typeName(), body);
                    }
                    sent++;
                }
            }
            for (String body : HostileRecords.of(GOOD_ROW.formatted(dataset))) {
                send(producer, Topics.ROWS_SUBMITTED, null, body);
                sent++;
            }
            producer.flush();
            submit(producer, dataset);
        }
        assertThat(sent).isGreaterThan(2_000);

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(lags()).isEmpty());
        for (Service service : Service.values()) {
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(chain.get(service, "/q/health/ready"))
                                    .as(() -> ready(service))
                                    .isPresent());
        }
        assertThat(pids()).isEqualTo(pids);
        assertRowsAreCleaned();
        assertWorkerIsHeard();
    }

    private String openDataset() throws Exception {
        return chain.post(Service.INGEST, "/v1/datasets", "{\"name\":\"target\"}")
                .path("id")
                .asText();
    }

    private static void submit(KafkaProducer<String, byte[]> producer, String dataset)
            throws Exception {
        producer.send(
                        new ProducerRecord<>(
                                Topics.ROWS_SUBMITTED,
                                GOOD_ROW.formatted(dataset).getBytes(StandardCharsets.UTF_8)))
                .get();
    }

    private void assertRowsAreCleaned() throws Exception {
        String dataset = openDataset();
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(
                        chain.kafka(), new StringSerializer(), new ByteArraySerializer())) {
            submit(producer, dataset);
        }
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(chain.get(Service.INGEST, "/v1/datasets/" + dataset))
                                .map(found -> found.path("row_count").asInt())
                                .contains(1));
        chain.post(Service.INGEST, "/v1/datasets/%s/seal".formatted(dataset), "");
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(chain.get(Service.CLEAN, "/v1/ledgers/" + dataset))
                                .map(found -> found.path("state").asText())
                                .contains("cleaned"));
    }

    /** The one real worker is heard of after all that was said in the name of others. */
    private void assertWorkerIsHeard() {
        long now = Instant.now().getEpochSecond();
        await().atMost(PATIENCE)
                .untilAsserted(() -> {
                    Optional<JsonNode> workers = chain.get(Service.TRAIN, "/v1/workers");
                    assertThat(workers).isPresent();
                    assertThat(workers.get().path("data"))
                            .anySatisfy(worker ->
                                    assertThat(worker.path("heard_at").asLong())
                                            .isGreaterThan(now));
                });
    }

    private String ready(Service service) {
        try {
            return service.label() + ": " + chain.text(service, "/q/health/ready");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return service.label();
        }
    }

    private Map<Service, Long> pids() throws Exception {
        Map<Service, Long> pids = new HashMap<>();
        for (Service service : Service.values()) {
            pids.put(service, chain.pid(service));
        }
        return pids;
    }

    /** How far each group is behind, for the partitions where it is. */
    private Map<String, Long> lags() throws Exception {
        Map<String, Long> lags = new HashMap<>();
        try (Admin admin = Admin.create(chain.kafka())) {
            for (var group : admin.listConsumerGroups().all().get()) {
                var committed =
                        admin.listConsumerGroupOffsets(group.groupId())
                                .partitionsToOffsetAndMetadata()
                                .get();
                Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
                committed.keySet().stream()
                        .filter(partition -> !partition.topic().equals(Topics.WORKERS))
                        .forEach(partition -> asked.put(partition, OffsetSpec.latest()));
                var ends = admin.listOffsets(asked).all().get();
                ends.forEach((partition, end) -> {
                    long lag =
                            end.offset()
                                    - Objects.requireNonNull(committed.get(partition)).offset();
                    // The last record of a topic that Streams writes in transactions is a marker.
                    if (lag > 1) {
                        lags.put(group.groupId() + " " + partition, lag);
                    }
                });
            }
        }
        return lags;
    }

    private static void send(
            KafkaProducer<String, byte[]> producer,
            String topic,
            @Nullable String type,
            String body) {
        ProducerRecord<String, byte[]> record =
                new ProducerRecord<>(topic, "key", body.getBytes(StandardCharsets.UTF_8));
        if (type != null) {
            Map.of(
                            "ce_specversion",
                            "1.0",
                            "ce_id",
                            UUID.randomUUID().toString(),
                            "ce_source",
                            "/hostile",
                            "ce_type",
                            type,
                            "ce_time",
                            Instant.now().toString())
                    .forEach((name, value) ->
                            record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        }
        producer.send(record);
    }
}
