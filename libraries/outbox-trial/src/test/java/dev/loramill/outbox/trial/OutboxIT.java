package dev.loramill.outbox.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.DatasetOpened;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.Event;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.EventJson;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.Topics;
import dev.loramill.messaging.Contact;
import dev.loramill.outbox.Outbox;
import dev.loramill.stack.Topic;
import io.quarkus.arc.All;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TrialGround.class)
class OutboxIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final RecipeReference RECIPE = new RecipeReference("none", "a".repeat(64));
    private static final String OUT = "trial.out";

    @Inject Outbox outbox;
    @Inject EntityManager entities;
    @Inject @All List<Contact> contacts;

    @SuppressWarnings("NullAway.Init") // given by Quarkus
    @TestHTTPResource("/v1/outbox/parked")
    URI parkedRecords;

    @Inject
    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    private final String prefix = UUID.randomUUID() + "-";

    @Test
    void sendsWhatWasCommittedAndNothingElse() {
        String key = prefix + "kept";
        commit(() -> outbox.publish(OUT, opened(key, 1)));
        assertThatThrownBy(() ->
                        commit(() -> {
                            outbox.publish(OUT, opened(prefix + "undone", 1));
                            throw new IllegalStateException("planted");
                        }))
                .hasMessageContaining("planted");
        commit(() -> outbox.publish(OUT, opened(key, 2)));

        await().atMost(PATIENCE).until(() -> records(OUT).size() >= 2 && outbox.pending() == 0);

        List<ConsumerRecord<String, byte[]>> records = records(OUT);
        assertThat(records).extracting(ConsumerRecord::key).containsExactly(key, key);
        EventEnvelope envelope = KafkaEvents.read(records.getFirst());
        assertThat(envelope.source()).isEqualTo(URI.create("/loramill/trial"));
        assertThat(envelope.event()).isEqualTo(opened(key, 1));
    }

    @Test
    void datasetEventsGoToTheHistoryTooUnderTheSameId() {
        String key = prefix + "ds";
        commit(() -> {
            outbox.publish(opened(key, 1));
            outbox.publish(new DatasetSealed(key, "name", RECIPE, 3, 0));
        });

        await().atMost(PATIENCE)
                .until(() ->
                        records(Topics.DATASETS).size() == 2
                                && records(Topics.DATASETS_HISTORY).size() == 2);
        List<String> latest = ids(records(Topics.DATASETS));
        assertThat(latest).hasSize(2).doesNotHaveDuplicates();
        assertThat(ids(records(Topics.DATASETS_HISTORY))).isEqualTo(latest);
    }

    @Test
    void publishingOutsideATransactionIsRefused() {
        assertThatThrownBy(() -> outbox.publish(OUT, opened("ds-1", 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("must be published in a transaction");
    }

    @Test
    void eventsOfAKeyKeepTheOrderOfTheirCommitsUnderConcurrency() throws Exception {
        List<String> keys = List.of(prefix + "a", prefix + "b", prefix + "c");
        // Commit order per key, counted under the lock that publishing takes.
        Map<String, AtomicInteger> counters =
                keys.stream().collect(Collectors.toMap(key -> key, key -> new AtomicInteger()));
        int perThread = 40;
        try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
            List<Future<?>> writers = new ArrayList<>();
            for (int thread = 0; thread < 6; thread++) {
                String key = keys.get(thread % keys.size());
                AtomicInteger counter = Objects.requireNonNull(counters.get(key));
                writers.add(
                        threads.submit(() -> {
                            for (int i = 0; i < perThread; i++) {
                                commit(() -> {
                                    outbox.publish(OUT, opened(key, -1));
                                    outbox.publish(OUT, opened(key, counter.incrementAndGet()));
                                });
                            }
                        }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        }
        await().atMost(PATIENCE).until(() -> records(OUT).size() >= 6 * perThread * 2);

        Map<String, List<Integer>> numbers =
                records(OUT).stream()
                        .map(record -> (DatasetOpened) KafkaEvents.read(record).event())
                        .filter(event -> number(event) >= 0)
                        .collect(
                                Collectors.groupingBy(
                                        DatasetOpened::datasetId,
                                        Collectors.mapping(OutboxIT::number, Collectors.toList())));
        List<Integer> inOrder = IntStream.rangeClosed(1, 2 * perThread).boxed().toList();
        for (String key : keys) {
            assertThat(numbers.get(key)).as("order of key %s", key).isEqualTo(inOrder);
        }
    }

    @Test
    void rowsArePublishedByTheThousand() {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) {
            events.add(opened(prefix + i, i));
        }
        commit(() -> outbox.publishAll(OUT, events));

        await().atMost(PATIENCE).until(() -> records(OUT).size() >= 2_500);
        assertThat(records(OUT)).hasSize(2_500);
        await().atMost(PATIENCE).until(() -> outbox.pending() == 0);
    }

    @Test
    void whatKafkaWillNeverTakeIsParkedItsKeyWaitsAndTheRestGoesOn() throws Exception {
        String stopped = prefix + "stopped";
        String other = prefix + "other";
        commit(() -> {
            outbox.publish(OUT, opened(stopped, 1));
            insert(stopped, 9 << 20);
            outbox.publish(OUT, opened(stopped, 2));
            outbox.publish(OUT, opened(other, 1));
        });
        commit(() -> outbox.publish(OUT, opened(stopped, 3)));
        commit(() -> outbox.publish(OUT, opened(other, 2)));

        await().atMost(PATIENCE).until(() -> numbers(other).equals(List.of(1, 2)));
        await().atMost(PATIENCE).until(() -> parked().size() == 1);
        JsonNode parked = parked().getFirst();
        assertThat(parked.path("topic").asText()).isEqualTo(OUT);
        assertThat(parked.path("key").asText()).isEqualTo(stopped);
        assertThat(parked.path("waiting").asInt()).isEqualTo(2);
        assertThat(parked.path("reason").asText()).contains("takes 8,388,608");
        assertThat(numbers(stopped)).containsExactly(1);
        assertThat(fault()).isEmpty();
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(warning().orElse("")).contains("parked since").contains("1 "));

        // Let go as it is it is parked again, and nothing has passed it meanwhile.
        String id = parked.path("id").asText();
        assertThat(call("POST", "/" + id + "/release")).isEqualTo(200);
        await().atMost(PATIENCE).until(() -> parked().size() == 1);
        assertThat(numbers(stopped)).containsExactly(1);

        assertThat(call("DELETE", "/" + id)).isEqualTo(200);
        await().atMost(PATIENCE).until(() -> numbers(stopped).equals(List.of(1, 2, 3)));
        await().atMost(PATIENCE).until(() -> warning().isEmpty());
        assertThat(call("DELETE", "/" + id)).isEqualTo(404);
        assertThat(call("POST", "/x/release")).isEqualTo(404);
    }

    @Test
    void largeEventsAreSentInBatchesThatMemoryHolds() {
        commit(() -> {
            for (int i = 0; i < 40; i++) {
                insert(prefix + i, 1 << 20);
            }
        });

        await().atMost(PATIENCE).until(() -> records(OUT).size() >= 40);
        await().atMost(PATIENCE).until(() -> outbox.pending() == 0);
    }

    /** Puts a record of a size into the outbox; no event is as large as those that are refused. */
    private void insert(String key, int bytes) {
        entities.createNativeQuery(
                        "INSERT INTO outbox (topic, record_key, value, headers) VALUES (?1, ?2, ?3, '[]')")
                .setParameter(1, OUT)
                .setParameter(2, key.getBytes(StandardCharsets.UTF_8))
                .setParameter(3, new byte[bytes])
                .executeUpdate();
    }

    private List<Integer> numbers(String key) {
        return records(OUT).stream()
                .filter(record -> record.key().equals(key))
                .map(record -> number((DatasetOpened) KafkaEvents.read(record).event()))
                .toList();
    }

    private List<JsonNode> parked() throws Exception {
        HttpResponse<String> answer = send("GET", "");
        assertThat(answer.statusCode()).isEqualTo(200);
        List<JsonNode> found = new ArrayList<>();
        EventJson.mapper()
                .readTree(answer.body())
                .path("data")
                .forEach(parked -> {
                    if (parked.path("key").asText().startsWith(prefix)) {
                        found.add(parked);
                    }
                });
        return found;
    }

    private int call(String method, String path) throws Exception {
        return send(method, path).statusCode();
    }

    private HttpResponse<String> send(String method, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(parkedRecords + path))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private Optional<String> fault() {
        return contacts.stream().flatMap(contact -> contact.fault().stream()).findFirst();
    }

    private Optional<String> warning() {
        return contacts.stream().flatMap(contact -> contact.warning().stream()).findFirst();
    }

    private List<ConsumerRecord<String, byte[]>> records(String topic) {
        return new Topic(bootstrapServers, topic)
                .records().stream()
                        .filter(record -> record.key() != null && record.key().startsWith(prefix))
                        .toList();
    }

    private static void commit(Runnable work) {
        QuarkusTransaction.requiringNew().run(work);
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
