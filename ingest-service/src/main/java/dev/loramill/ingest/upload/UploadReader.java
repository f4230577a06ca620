package dev.loramill.ingest.upload;

import dev.loramill.events.RowEvent;
import dev.loramill.events.RowOrigin;
import dev.loramill.ingest.dataset.Dataset;
import dev.loramill.ingest.row.IntakeOutcome;
import dev.loramill.ingest.row.RowEvents;
import dev.loramill.ingest.row.RowReader;
import dev.loramill.ingest.source.Line;
import dev.loramill.ingest.source.LineReader;
import dev.loramill.ingest.source.SourceConfig;
import dev.loramill.ingest.source.SourceLimits;
import dev.loramill.ingest.store.SourceStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads an upload row by row; the same upload always gives the same rows under the same ids. */
@ApplicationScoped
class UploadReader {
    private final SourceStore store;
    private final SourceLimits limits;

    UploadReader(SourceStore store, SourceConfig config) {
        this.store = store;
        this.limits = config.limits();
    }

    /** Takes one row after the other. */
    @FunctionalInterface
    interface RowSink {
        /** Takes a row, and may throw to end the reading. */
        void accept(RowEvent row) throws IOException;
    }

    /** Reads to the end; blank lines are no rows. */
    ReadCounts read(Uploads.Accepted accepted, RowSink sink) throws IOException {
        Upload upload = accepted.upload();
        Dataset dataset = accepted.dataset();
        RowReader rows = new RowReader(upload.format(), limits.maxRowBytes());
        List<ReadCounts.Refusal> refusals = new ArrayList<>();
        long count = 0;
        long refused = 0;
        try (LineReader lines = new LineReader(store.open(upload.sha256()), limits)) {
            for (Line line = lines.next(); line != null; line = lines.next()) {
                if (line instanceof Line.Text text && text.text().isBlank()) {
                    continue;
                }
                IntakeOutcome outcome = rows.read(line);
                count++;
                if (outcome instanceof IntakeOutcome.Refused refusal) {
                    refused++;
                    if (refusals.size() < ReadCounts.REFUSALS_KEPT) {
                        refusals.add(
                                new ReadCounts.Refusal(
                                        line.number(), refusal.rule().id(), refusal.reason()));
                    }
                }
                sink.accept(
                        RowEvents.of(
                                dataset.id(),
                                dataset.recipe(),
                                new RowOrigin(upload.id().source(), line.number()),
                                outcome,
                                original(line)));
            }
        }
        return new ReadCounts(count, refused, refusals);
    }

    private static String original(Line line) {
        return switch (line) {
            case Line.Text text -> text.text();
            case Line.TooLong tooLong -> tooLong.beginning();
        };
    }
}
