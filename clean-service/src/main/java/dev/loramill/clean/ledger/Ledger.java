package dev.loramill.clean.ledger;

import dev.loramill.clean.topology.RowHeaders;
import dev.loramill.events.DatasetCleaned;
import dev.loramill.events.DatasetEvent;
import dev.loramill.events.RowCleaned;
import dev.loramill.events.RowRejected;
import dev.loramill.messaging.Trace;
import dev.loramill.outbox.ConsumedEvent;
import dev.loramill.outbox.DeadLetters;
import dev.loramill.outbox.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the ledger from the outcomes of rows and the events of datasets. What is delivered twice
 * changes nothing: a row has one outcome, the first.
 */
@ApplicationScoped
class Ledger {
    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

    private final RowOutcomeTable outcomes;
    private final DatasetLedgerRepository datasets;
    private final Outbox outbox;
    private final Event<DatasetCleaned> news;
    private final Event<DatasetForgotten> forgotten;

    Ledger(
            RowOutcomeTable outcomes,
            DatasetLedgerRepository datasets,
            Outbox outbox,
            Event<DatasetCleaned> news,
            Event<DatasetForgotten> forgotten) {
        this.outcomes = outcomes;
        this.datasets = datasets;
        this.outbox = outbox;
        this.news = news;
        this.forgotten = forgotten;
    }

    private record Told(DatasetEvent event, @Nullable String traceParent) {
        String datasetId() {
            return event.datasetId();
        }
    }

    /** Takes over a batch of events, and announces the datasets that are cleaned by it. */
    void apply(List<ConsumedEvent> batch, DeadLetters deadLetters) throws SQLException {
        List<RowOutcome> rows = new ArrayList<>(batch.size());
        List<Told> told = new ArrayList<>();
        for (ConsumedEvent consumed : batch) {
            switch (consumed.event()) {
                case RowCleaned row ->
                        rows.add(
                                RowOutcome.of(
                                        row, consumed.header(RowHeaders.ORIGINAL).orElse(null)));
                case RowRejected row -> rows.add(RowOutcome.of(row));
                case DatasetEvent event -> told.add(new Told(event, consumed.traceParent()));
                default -> deadLetters.add(consumed, "this topic is not for such an event");
            }
        }
        // In the order of their ids, so that no two batches wait for one another.
        TreeMap<String, DatasetLedger> touched = new TreeMap<>();
        TreeMap<String, RowOutcomeTable.Added> added = new TreeMap<>();
        if (!rows.isEmpty()) {
            outcomes.insert(rows).forEach(of -> added.put(of.datasetId(), of));
        }
        told.forEach(of -> added.putIfAbsent(of.datasetId(), RowOutcomeTable.Added.none()));
        added.keySet().forEach(id -> touched.put(id, datasets.lock(id)));
        told.forEach(of -> ledger(touched, of.datasetId()).take(of.event(), of.traceParent()));
        for (DatasetLedger dataset : touched.values()) {
            if (dataset.isDeleted()) {
                // Those of this batch, too: rows may come long after their dataset is gone.
                outcomes.delete(dataset.id());
                forgotten.fire(new DatasetForgotten(dataset.id()));
            } else {
                dataset.count(added.getOrDefault(dataset.id(), RowOutcomeTable.Added.none()));
                complete(dataset);
            }
        }
    }

    private void complete(DatasetLedger dataset) {
        Optional<DatasetCleaned> cleaned = dataset.complete();
        if (cleaned.isPresent()) {
            Trace.in(dataset.traceParent(), () -> outbox.publish(cleaned.get()));
            news.fire(cleaned.get());
            LOG.atInfo()
                    .addKeyValue("datasetId", dataset.id())
                    .addKeyValue("received", cleaned.get().counts().received())
                    .addKeyValue("kept", cleaned.get().counts().kept())
                    .log("A dataset is cleaned");
        }
    }

    private static DatasetLedger ledger(TreeMap<String, DatasetLedger> touched, String id) {
        DatasetLedger found = touched.get(id);
        if (found == null) {
            throw new IllegalStateException("dataset \"%s\" is not locked".formatted(id));
        }
        return found;
    }
}
