package dev.loramill.ingest.submitted;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.RecipeReference;
import dev.loramill.ingest.dataset.Dataset;
import dev.loramill.ingest.dataset.DatasetRepository;
import dev.loramill.ingest.stack.InProcessIngest;
import dev.loramill.messaging.Trace;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(InProcessIngest.class)
class RowsSubmittedListenerIT {
    private static final TopicPartition PARTITION =
            new TopicPartition("loramill.rows.submitted", 0);
    private static final String ROW = "{\"question\":\"Why?\",\"answer\":\"So.\"}";

    /** Offsets go on from test to test, as those of a topic do. */
    private static final AtomicLong OFFSETS = new AtomicLong();

    @Inject @Any InMemoryConnector connector;
    @Inject DatasetRepository datasets;
    @Inject EntityManager database;

    private String dataset;

    @BeforeEach
    void openDataset() {
        dataset = "ds-" + System.nanoTime();
        QuarkusTransaction.requiringNew()
                .run(() -> {
                    database.createNativeQuery("DELETE FROM outbox").executeUpdate();
                    datasets.insert(
                            new Dataset(
                                    dataset,
                                    dataset,
                                    new RecipeReference("none", "0".repeat(64)),
                                    null,
                                    null,
                                    Instant.EPOCH));
                });
    }

    @Test
    void batchThatIsDeliveredAgainIsCountedOnce() {
        List<ConsumerRecord<String, byte[]>> first = records(3);
        List<ConsumerRecord<String, byte[]>> second = records(2);

        send(first);
        send(Stream.concat(first.stream(), second.stream()).toList());

        await().untilAsserted(() -> assertThat(rowCount()).isEqualTo(5));
        assertThat(waiting("loramill.rows.received")).isEqualTo(5);
    }

    @Test
    void rowsOfATopicThatWasMadeAnewHaveOtherIdsAndThoseOfTheFirstKeepTheirs() {
        send(records(1));
        await().untilAsserted(() -> assertThat(rowCount()).isEqualTo(1));
        setTopicId("first");
        send(records(1));
        await().untilAsserted(() -> assertThat(rowCount()).isEqualTo(2));
        setTopicId("second");
        send(records(1));

        await().untilAsserted(() -> assertThat(rowCount()).isEqualTo(3));
        assertThat(
                        bodiesInOrder().stream()
                                .map(body -> body.replaceAll(".*\"source\":\"([^\"]*)\".*", "$1")))
                .containsExactly("rows.submitted/0", "rows.submitted/0", "rows.submitted/0@second");
        setTopicId("first");
    }

    private void setTopicId(String id) {
        QuarkusTransaction.requiringNew()
                .run(() ->
                        database.createNativeQuery("UPDATE consumer_offset SET topic_id = :id")
                                .setParameter("id", id)
                                .executeUpdate());
    }

    @SuppressWarnings("unchecked")
    private List<String> bodiesInOrder() {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        (List<String>)
                                database.createNativeQuery(
                                                "SELECT convert_from(value, 'UTF8') FROM outbox ORDER BY id",
                                                String.class)
                                        .getResultList());
    }

    @Test
    void recordsOfNoDatasetGoToTheDeadLettersAndTheRestOfTheirBatchTakesEffect() {
        List<ConsumerRecord<String, byte[]>> batch =
                IntStream.range(0, 100)
                        .mapToObj(i ->
                                i % 10 == 0
                                        ? record("{\"dataset\":\"%s\",\"row\":%s}", dataset)
                                        : record("{\"dataset\":\"%s\",\"row\":%s}", "unheard-of"))
                        .toList();

        send(batch);

        await().untilAsserted(() -> assertThat(rowCount()).isEqualTo(10));
        assertThat(waiting("loramill.rows.received")).isEqualTo(10);
        assertThat(waiting("loramill.rows.submitted.dlq")).isEqualTo(90);
    }

    @Test
    void fullBatchOfFullRecordsTakesEffect() {
        String rows = String.join(",", Collections.nCopies(Submission.MAX_ROWS, ROW));
        send(
                IntStream.range(0, 20)
                        .mapToObj(i ->
                                record("{\"dataset\":\"%s\",\"rows\":[" + rows + "]}", dataset))
                        .toList());

        await().untilAsserted(() -> assertThat(rowCount()).isEqualTo(20_000));
        assertThat(waiting("loramill.rows.received")).isEqualTo(20_000);
    }

    @Test
    void rowsGoOnInTheTraceOfTheirRecord() {
        List<ConsumerRecord<String, byte[]>> batch = records(3);
        String first = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        String last = "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        Trace.addTo(batch.getFirst().headers(), first);
        Trace.addTo(batch.getLast().headers(), last);

        send(batch);

        await().untilAsserted(() -> assertThat(rowCount()).isEqualTo(3));
        List<String> headers = headersInOrder();
        assertThat(headers).hasSize(3);
        assertThat(headers.get(0)).contains(asStored(first)).doesNotContain(asStored(last));
        assertThat(headers.get(1)).doesNotContain("traceparent");
        assertThat(headers.get(2)).contains(asStored(last)).doesNotContain(asStored(first));
    }

    private static String asStored(String header) {
        return Base64.getEncoder().encodeToString(header.getBytes(UTF_8));
    }

    /** Headers of the rows that wait to be sent. */
    @SuppressWarnings("unchecked")
    private List<String> headersInOrder() {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        (List<String>)
                                database.createNativeQuery(
                                                "SELECT headers FROM outbox ORDER BY id",
                                                String.class)
                                        .getResultList());
    }

    private void send(List<ConsumerRecord<String, byte[]>> batch) {
        connector
                .<ConsumerRecords<String, byte[]>>source("rows-submitted")
                .send(new ConsumerRecords<>(Map.of(PARTITION, batch), Map.of()));
    }

    private List<ConsumerRecord<String, byte[]>> records(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> record("{\"dataset\":\"%s\",\"row\":%s}", dataset))
                .toList();
    }

    private static ConsumerRecord<String, byte[]> record(String body, String dataset) {
        return new ConsumerRecord<>(
                PARTITION.topic(),
                PARTITION.partition(),
                OFFSETS.getAndIncrement(),
                dataset,
                body.formatted(dataset, ROW).getBytes(UTF_8));
    }

    private long rowCount() {
        return QuarkusTransaction.requiringNew()
                .call(() -> datasets.findByIdOptional(dataset).orElseThrow().rowCount());
    }

    private long waiting(String topic) {
        return number("SELECT count(*) FROM outbox WHERE topic = '%s'".formatted(topic));
    }

    private long number(String sql) {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        ((Number) database.createNativeQuery(sql).getSingleResult()).longValue());
    }
}
