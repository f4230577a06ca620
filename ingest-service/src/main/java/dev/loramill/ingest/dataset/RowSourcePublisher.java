package dev.loramill.ingest.dataset;

import dev.loramill.artifacts.CorruptArtifactException;
import dev.loramill.artifacts.MissingArtifactException;
import dev.loramill.events.DatasetSealed;
import dev.loramill.ingest.announce.Relay;
import dev.loramill.ingest.announce.RowPublisher;
import dev.loramill.ingest.source.UnreadableSourceException;
import dev.loramill.outbox.legacy.Outbox;
import dev.loramill.outbox.legacy.Transactions;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Brings the rows of an accepted source to Kafka, and counts them once all are acknowledged.
 * Publishing a source again, after a crash or by two threads at once, repeats rows under the same
 * ids and counts nothing.
 */
@ApplicationScoped
class RowSourcePublisher {
    private final DataSource dataSource;
    private final DatasetTable datasets;
    private final RowSourceTable sources;
    private final RowSourceReader reader;
    private final RowPublisher publisher;
    private final Outbox outbox;
    private final Relay relay;
    private final MeterRegistry metrics;

    RowSourcePublisher(
            DataSource dataSource,
            DatasetTable datasets,
            RowSourceTable sources,
            RowSourceReader reader,
            RowPublisher publisher,
            Outbox outbox,
            Relay relay,
            MeterRegistry metrics) {
        this.dataSource = dataSource;
        this.datasets = datasets;
        this.sources = sources;
        this.reader = reader;
        this.publisher = publisher;
        this.outbox = outbox;
        this.relay = relay;
        this.metrics = metrics;
    }

    /**
     * Publishes and counts.
     *
     * @throws SourceLostException when its bytes are lost or damaged; its dataset tells so
     * @throws IOException when Kafka does not take the rows, or the disk fails; it stays pending
     */
    ReadCounts publish(RowSource source) throws IOException, SQLException {
        Dataset dataset =
                Transactions.call(dataSource, tx -> datasets.find(tx, source.datasetId()))
                        .orElseThrow();
        ReadCounts counts;
        try {
            RowPublisher.Publication publication = publisher.begin();
            counts = reader.read(source, dataset, publication::send);
            publication.complete();
        } catch (UnreadableSourceException
                | CorruptArtifactException
                | MissingArtifactException e) {
            Transactions.run(dataSource, tx -> fail(tx, source, e));
            throw new SourceLostException(e);
        }
        Transactions.run(dataSource, tx -> count(tx, source, counts));
        relay.wake();
        return counts;
    }

    /** Takes a dataset no further rows; its row is locked by the transaction. */
    void seal(Connection tx, Dataset dataset) throws SQLException {
        datasets.seal(tx, dataset.id());
        outbox.publish(
                tx,
                new DatasetSealed(
                        dataset.id(),
                        dataset.name(),
                        dataset.recipe(),
                        dataset.rowCount(),
                        dataset.refusedCount()));
    }

    private void count(Connection tx, RowSource source, ReadCounts counts) throws SQLException {
        datasets.lock(tx, source.datasetId());
        if (!sources.end(tx, source, RowSource.State.PUBLISHED, counts)) {
            return;
        }
        datasets.addCounts(tx, source.datasetId(), counts.rows(), counts.refused());
        metrics.counter("loramill.ingest.rows", "outcome", "accepted").increment(counts.accepted());
        metrics.counter("loramill.ingest.rows", "outcome", "refused").increment(counts.refused());
        if (source.isWhole()) {
            seal(tx, datasets.find(tx, source.datasetId()).orElseThrow());
        }
    }

    private void fail(Connection tx, RowSource source, IOException cause) throws SQLException {
        datasets.lock(tx, source.datasetId());
        if (sources.end(tx, source, RowSource.State.FAILED, ReadCounts.NONE)) {
            datasets.setFault(
                    tx,
                    source.datasetId(),
                    "source \"%s\" cannot be read: %s".formatted(source.id(), cause.getMessage()));
        }
    }
}
