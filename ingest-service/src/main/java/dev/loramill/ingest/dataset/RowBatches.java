package dev.loramill.ingest.dataset;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.ArtifactWriter;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.http.RefusedException;
import dev.loramill.ingest.announce.BrokerAwayException;
import dev.loramill.ingest.announce.Relay;
import dev.loramill.ingest.files.FileInspection;
import dev.loramill.ingest.source.SourceConfig;
import dev.loramill.outbox.legacy.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Takes batches of rows that people send. */
@ApplicationScoped
class RowBatches {
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,200}");
    private static final int BUFFER_BYTES = 64 << 10;

    private final DataSource dataSource;
    private final DatasetTable datasets;
    private final RowSourceTable sources;
    private final RowSourceReader reader;
    private final RowSourcePublisher publisher;
    private final SourceBacklog backlog;
    private final FileInspection inspection;
    private final ArtifactStore artifacts;
    private final Relay relay;
    private final long maxBytes;

    RowBatches(
            DataSource dataSource,
            DatasetTable datasets,
            RowSourceTable sources,
            RowSourceReader reader,
            RowSourcePublisher publisher,
            SourceBacklog backlog,
            FileInspection inspection,
            ArtifactStore artifacts,
            Relay relay,
            SourceConfig config) {
        this.dataSource = dataSource;
        this.datasets = datasets;
        this.sources = sources;
        this.reader = reader;
        this.publisher = publisher;
        this.backlog = backlog;
        this.inspection = inspection;
        this.artifacts = artifacts;
        this.relay = relay;
        this.maxBytes = config.maxBatchBytes().asLongValue();
    }

    /** An accepted batch. */
    record Batch(String id, ReadCounts counts, boolean isRepeated) {}

    /**
     * Takes a batch; all its rows stand on Kafka when this returns. Sending it again under the same
     * key, or without one the same bytes again, changes nothing and gives the same answer.
     *
     * @param body one JSON object a line, read to its end
     * @param key key of the batch, or null to name it by its digest
     * @throws RefusedException when there is no such dataset, it takes no rows, the body cannot be
     *     read as lines, or the key was used for other bytes
     * @throws BrokerAwayException when Kafka does not take the rows now; what was accepted is
     *     published later
     */
    Batch accept(String datasetId, InputStream body, @Nullable String key)
            throws IOException, SQLException {
        if (key != null && !KEY.matcher(key).matches()) {
            throw RefusedException.invalid(
                    "invalid_value",
                    "Idempotency-Key",
                    "Idempotency-Key must be 1 to 200 visible ASCII characters, got %d characters"
                            .formatted(key.length()));
        }
        relay.requireIntake();
        requireTakesBatches(
                Transactions.call(dataSource, tx -> datasets.find(tx, datasetId))
                        .orElseThrow(() -> Datasets.missing(datasetId)));
        StoredArtifact artifact = store(body);
        inspection.requireReadable(artifacts.open(artifact.sha256()), "body");
        RowSource source =
                new RowSource(
                        datasetId,
                        "batch/" + (key == null ? artifact.sha256() : key),
                        artifact.sha256(),
                        null,
                        false);
        RowSource.State before = Transactions.call(dataSource, tx -> insertOrFind(tx, source));
        if (before == RowSource.State.PUBLISHED) {
            Dataset dataset =
                    Transactions.call(dataSource, tx -> datasets.find(tx, datasetId)).orElseThrow();
            return new Batch(source.id(), reader.read(source, dataset, row -> {}), true);
        }
        try {
            return new Batch(source.id(), publisher.publish(source), false);
        } catch (BrokerAwayException e) {
            backlog.queue(source);
            throw e;
        }
    }

    private StoredArtifact store(InputStream body) throws IOException {
        try (ArtifactWriter writer = artifacts.create()) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
                writer.write(buffer, 0, count);
                if (writer.sizeBytes() > maxBytes) {
                    throw RefusedException.tooLarge(
                            ("a batch may have %,d bytes; send several, or a file by POST"
                                            + " /v1/files")
                                    .formatted(maxBytes));
                }
            }
            return writer.commit();
        }
    }

    /** State of the source before this request; pending when it is new. */
    private RowSource.State insertOrFind(Connection tx, RowSource source) throws SQLException {
        Dataset dataset =
                datasets.lock(tx, source.datasetId())
                        .orElseThrow(() -> Datasets.missing(source.datasetId()));
        RowSourceTable.Entry entry = sources.find(tx, dataset.id(), source.id()).orElse(null);
        if (entry == null) {
            requireTakesRows(dataset);
            sources.insert(tx, source);
            return RowSource.State.PENDING;
        }
        if (!entry.source().sha256().equals(source.sha256())) {
            throw RefusedException.conflict(
                    "idempotency_key_reused",
                    "Idempotency-Key",
                    "the key of \"%s\" was used for other rows of dataset \"%s\"; use a new key"
                            .formatted(source.id(), dataset.id()));
        }
        return entry.state();
    }

    private static void requireTakesBatches(Dataset dataset) {
        if (dataset.fileId() != null) {
            throw RefusedException.conflict(
                    "dataset_has_file",
                    null,
                    "dataset \"%s\" takes all its rows from file \"%s\"; open another for batches"
                            .formatted(dataset.id(), dataset.fileId()));
        }
    }

    private static void requireTakesRows(Dataset dataset) {
        if (!dataset.isOpen()) {
            throw RefusedException.conflict(
                    "dataset_sealed",
                    null,
                    "dataset \"%s\" is sealed and takes no more rows; open another"
                            .formatted(dataset.id()));
        }
    }
}
