package dev.loramill.ingest.submitted;

import dev.loramill.events.EventEnvelope;
import dev.loramill.events.RowEvent;
import dev.loramill.ingest.dataset.Dataset;
import dev.loramill.ingest.dataset.DatasetRepository;
import dev.loramill.ingest.row.IntakeOutcome;
import dev.loramill.ingest.row.RowEvents;
import dev.loramill.ingest.row.RowReader;
import dev.loramill.ingest.row.RowRule;
import dev.loramill.ingest.source.SourceConfig;
import dev.loramill.outbox.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Takes submitted rows into their datasets, within the transaction of their batch. The rows are
 * published by the outbox, so that they reach Kafka if and only if they were counted: however often
 * a record is delivered, it counts once.
 */
@ApplicationScoped
class SubmittedRows {
    /** Bounds the memory that rows take before they are written together. */
    private static final int ROWS_TOGETHER = 1_000;

    private static final int CHARACTERS_TOGETHER = 4 << 20;

    private final DatasetRepository datasets;
    private final Outbox outbox;
    private final RowReader reader;
    private final int maxRowBytes;
    private final URI eventSource;

    SubmittedRows(
            DatasetRepository datasets,
            Outbox outbox,
            SourceConfig config,
            @ConfigProperty(name = "loramill.events.source") URI source) {
        this.datasets = datasets;
        this.outbox = outbox;
        this.maxRowBytes = config.limits().maxRowBytes();
        this.reader = new RowReader(null, maxRowBytes);
        this.eventSource = source;
    }

    /**
     * Begins to take in records that take effect together.
     *
     * @param datasetIds all datasets that they name; they are locked in this one order, so that two
     *     replicas never wait for one another
     */
    Intake begin(SortedSet<String> datasetIds) {
        Map<String, Dataset> locked = new HashMap<>();
        for (String id : datasetIds) {
            datasets.lock(id).ifPresent(dataset -> locked.put(id, dataset));
        }
        return new Intake(locked);
    }

    /** Records that take effect together. */
    final class Intake {
        private final List<Outbox.TracedEvent> events = new ArrayList<>();
        private long characters;

        private final Map<String, Dataset> locked;

        private Intake(Map<String, Dataset> locked) {
            this.locked = locked;
        }

        /**
         * Takes in the rows of a record.
         *
         * @param source what tells topic and partition, for the ids of the rows
         * @param time when the record was written
         * @param traceParent trace of the record, which its rows go on with; null for none
         * @throws UnattributableException when there is no such dataset, or it takes no rows;
         *     nothing was changed
         */
        void accept(
                Submission submission,
                String source,
                long offset,
                Instant time,
                @Nullable String traceParent) {
            Dataset dataset = require(locked, submission.datasetId());
            int refused = 0;
            int index = 0;
            for (String row : submission.rows()) {
                IntakeOutcome outcome = read(row);
                if (outcome instanceof IntakeOutcome.Refused) {
                    refused++;
                }
                RowEvent event =
                        RowEvents.of(
                                dataset.id(),
                                dataset.recipe(),
                                Submission.origin(source, offset, index),
                                outcome,
                                row.substring(0, Math.min(row.length(), maxRowBytes)));
                events.add(
                        new Outbox.TracedEvent(
                                EventEnvelope.of(eventSource, time, event), traceParent));
                index++;
                characters += row.length();
            }
            dataset.addRows(index, refused);
            if (events.size() >= ROWS_TOGETHER || characters >= CHARACTERS_TOGETHER) {
                complete();
            }
        }

        /** Publishes what was taken in. */
        void complete() {
            outbox.publishTraced(events);
            events.clear();
            characters = 0;
        }
    }

    private static Dataset require(Map<String, Dataset> locked, String id) {
        Dataset dataset = locked.get(id);
        if (dataset == null) {
            throw new UnattributableException(
                    "there is no dataset \"%s\"; open it before its rows are submitted"
                            .formatted(id));
        }
        if (!dataset.isOpen() || dataset.fileId() != null) {
            throw new UnattributableException(
                    "dataset \"%s\" takes no rows: it is sealed, or takes them from a file"
                            .formatted(id));
        }
        return dataset;
    }

    private IntakeOutcome read(String row) {
        int sizeBytes = row.getBytes(StandardCharsets.UTF_8).length;
        return sizeBytes > maxRowBytes
                ? new IntakeOutcome.Refused(
                        RowRule.ROW_TOO_LONG,
                        "the row has %,d bytes, allowed are %,d".formatted(sizeBytes, maxRowBytes))
                : reader.read(row);
    }
}
