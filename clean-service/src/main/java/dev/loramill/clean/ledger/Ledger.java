package dev.loramill.clean.ledger;

import dev.loramill.clean.topology.RowHeaders;
import dev.loramill.events.DatasetCleaned;
import dev.loramill.events.DatasetEvent;
import dev.loramill.events.Event;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RowCleaned;
import dev.loramill.events.RowRejected;
import dev.loramill.events.UnreadableEventException;
import dev.loramill.outbox.legacy.Outbox;
import dev.loramill.outbox.legacy.PoisonEventException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the ledger from the outcomes of rows and the events of datasets. What is delivered twice
 * changes nothing: a row has one outcome, the first.
 */
final class Ledger {
    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

    private final Outbox outbox;

    Ledger(Outbox outbox) {
        this.outbox = outbox;
    }

    /**
     * Takes over a batch of records, and announces the datasets that are cleaned by it.
     *
     * @throws PoisonEventException when a record holds no event
     */
    void apply(Connection tx, List<ConsumerRecord<String, byte[]>> batch) throws SQLException {
        List<RowOutcome> rows = new ArrayList<>(batch.size());
        TreeSet<String> touched = new TreeSet<>();
        List<DatasetEvent> datasets = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : batch) {
            switch (read(record)) {
                case RowCleaned row -> rows.add(RowOutcome.of(row, original(record)));
                case RowRejected row -> rows.add(RowOutcome.of(row));
                case DatasetEvent event -> datasets.add(event);
                default ->
                        throw new PoisonEventException(
                                record, "this topic is not for such an event");
            }
        }
        if (!rows.isEmpty()) {
            List<OutcomeTable.Added> added = OutcomeTable.insert(tx, rows);
            DatasetTable.count(tx, added);
            added.forEach(of -> touched.add(of.datasetId()));
        }
        for (DatasetEvent event : datasets) {
            DatasetTable.update(tx, event);
            touched.add(event.datasetId());
        }
        for (String datasetId : touched) {
            Optional<DatasetCleaned> cleaned = DatasetTable.complete(tx, datasetId);
            if (cleaned.isPresent()) {
                outbox.publish(tx, cleaned.get());
                LOG.atInfo()
                        .addKeyValue("datasetId", datasetId)
                        .addKeyValue("received", cleaned.get().counts().received())
                        .addKeyValue("kept", cleaned.get().counts().kept())
                        .log("A dataset is cleaned");
            }
        }
    }

    private static Event read(ConsumerRecord<String, byte[]> record) {
        try {
            return KafkaEvents.read(record).event();
        } catch (UnreadableEventException e) {
            throw new PoisonEventException(record, String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable String original(ConsumerRecord<String, byte[]> record) {
        Header header = record.headers().lastHeader(RowHeaders.ORIGINAL);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
