package dev.loramill.clean.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.loramill.clean.stack.Batches;
import dev.loramill.clean.stack.CleanResources;
import dev.loramill.clean.stack.Rows;
import dev.loramill.events.DatasetCleaned;
import dev.loramill.events.DatasetDeleted;
import dev.loramill.events.DatasetOpened;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.Topics;
import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import dev.loramill.messaging.Trace;
import dev.loramill.stack.Topic;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(CleanResources.class)
class OutcomesListenerIT {
    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @Inject @Any InMemoryConnector connector;
    @Inject LedgerQueries ledgers;
    @Inject EntityManager entities;
    @Inject Config config;

    @Test
    void aBatchThatComesAgainTakesEffectOnce() {
        ConsumerRecords<String, byte[]> batch =
                Batches.of(Topics.ROWS_CLEANED, 0, 0, Rows.cleaned("ds-twice"));

        send(batch);
        send(batch);
        send(Batches.of(Topics.ROWS_CLEANED, 0, 5, Rows.cleaned("ds-behind")));

        await().untilAsserted(() -> assertThat(kept("ds-behind")).isEqualTo(5));
        assertThat(kept("ds-twice")).isEqualTo(10);
    }

    @Test
    void whatIsNoEventGoesToDeadLettersWithTheStandardHeadersAndTheRestTakesEffect() {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        for (int offset = 0; offset < 100; offset++) {
            records.add(
                    new ConsumerRecord<>(
                            Topics.ROWS_REJECTED,
                            1,
                            offset,
                            "k",
                            "poison".getBytes(StandardCharsets.UTF_8)));
        }
        Batches.of(Topics.ROWS_REJECTED, 1, 100, Rows.cleaned("ds-poison")).forEach(records::add);

        send(
                new ConsumerRecords<>(
                        Map.of(new TopicPartition(Topics.ROWS_REJECTED, 1), records), Map.of()));

        await().untilAsserted(() -> assertThat(kept("ds-poison")).isEqualTo(10));
        Topic deadLetters = topic(Topics.deadLetters(Topics.ROWS_REJECTED));
        await().untilAsserted(() -> assertThat(deadLetters.records()).hasSize(100));
        assertThat(deadLetters.records().getFirst().headers())
                .extracting(header -> header.key())
                .contains(
                        "dead-letter-exception-class-name",
                        "dead-letter-reason",
                        "dead-letter-topic",
                        "dead-letter-partition",
                        "dead-letter-offset");
    }

    @Test
    void aSealedDatasetIsAnnouncedAsCleanedOnceWithItsLastRow() {
        ConsumerRecords<String, byte[]> told =
                Batches.of(
                        Topics.DATASETS_HISTORY,
                        0,
                        0,
                        List.of(
                                new DatasetOpened("ds-sealed", "n", Rows.NONE, Instant.EPOCH),
                                new DatasetSealed("ds-sealed", "n", Rows.NONE, 10, 0)));
        told.forEach(record -> Trace.addTo(record.headers(), TRACE));
        send(told);
        send(Batches.of(Topics.ROWS_CLEANED, 2, 0, Rows.cleaned("ds-sealed")));

        await().until(() -> kept("ds-sealed") == 10);
        await().until(() -> ledgers.ledger("ds-sealed").cleaned().isPresent());
        Topic history = topic(Topics.DATASETS_HISTORY);
        await().untilAsserted(() ->
                assertThat(history.records())
                        .filteredOn(OutcomesListenerIT::saysThatItIsCleaned)
                        .singleElement()
                        .extracting(record -> Trace.of(record.headers()))
                        .as("the trace in which it was sealed")
                        .isEqualTo(TRACE));
    }

    @Test
    void ofADeletedDatasetNothingStaysAndNothingComesBack() {
        String id = "ds-deleted";
        send(
                Batches.of(
                        Topics.DATASETS_HISTORY,
                        7,
                        0,
                        List.of(
                                new DatasetOpened(id, "n", Rows.NONE, Instant.EPOCH),
                                new DatasetSealed(id, "n", Rows.NONE, 20, 0))));
        send(Batches.of(Topics.ROWS_CLEANED, 3, 0, Rows.cleaned(id)));
        await().until(() -> kept(id) == 10);
        QuarkusTransaction.requiringNew()
                .run(() ->
                        entities.createNativeQuery(
                                        "INSERT INTO dataset_freeze (request_digest, dataset_id, request, is_awaited, requested_at) VALUES ('of-the-deleted', ?1, '{}', false, now())")
                                .setParameter(1, id)
                                .executeUpdate());

        send(
                Batches.of(
                        Topics.DATASETS_HISTORY,
                        7,
                        2,
                        List.of(new DatasetDeleted(id, id, Rows.NONE, Instant.EPOCH))));
        await().until(() -> kept(id) == 0);
        send(Batches.of(Topics.ROWS_REJECTED, 3, 0, Rows.cleaned(id)));
        send(Batches.of(Topics.ROWS_CLEANED, 3, 10, Rows.cleaned("ds-after-deletion")));
        await().until(() -> kept("ds-after-deletion") == 10);

        assertThat(rowsOf("row_outcome", id)).isZero();
        assertThat(rowsOf("dataset_freeze", id)).isZero();
        assertThatThrownBy(() -> ledgers.ledger(id)).isInstanceOf(RefusedException.class);
        assertThat(ledgers.ledgers(new PageRequest(100, null, false)).data())
                .extracting(DatasetLedger::id)
                .contains("ds-after-deletion")
                .doesNotContain(id);
    }

    private long rowsOf(String table, String dataset) {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        (Long)
                                entities.createNativeQuery(
                                                "SELECT count(*) FROM %s WHERE dataset_id = ?1"
                                                        .formatted(table),
                                                Long.class)
                                        .setParameter(1, dataset)
                                        .getSingleResult());
    }

    private static boolean saysThatItIsCleaned(ConsumerRecord<String, byte[]> record) {
        return KafkaEvents.read(record).event() instanceof DatasetCleaned cleaned
                && cleaned.datasetId().equals("ds-sealed");
    }

    private Topic topic(String name) {
        return new Topic(config.getValue("kafka.bootstrap.servers", String.class), name);
    }

    private void send(ConsumerRecords<String, byte[]> batch) {
        connector.<ConsumerRecords<String, byte[]>>source("outcomes").send(batch);
    }

    private long kept(String dataset) {
        try {
            return ledgers.ledger(dataset).kept();
        } catch (RefusedException e) {
            return 0;
        }
    }
}
