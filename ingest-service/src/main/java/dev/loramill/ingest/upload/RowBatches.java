package dev.loramill.ingest.upload;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.ArtifactWriter;
import dev.loramill.artifacts.StoredArtifact;
import dev.loramill.http.RefusedException;
import dev.loramill.ingest.row.SourceInspection;
import dev.loramill.ingest.source.SourceConfig;
import dev.loramill.messaging.Trace;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes batches of rows that people send. */
@ApplicationScoped
public class RowBatches {
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,200}");
    private static final int BUFFER_BYTES = 64 << 10;

    private final IntakeGate gate;
    private final Uploads uploads;
    private final UploadReader reader;
    private final UploadPublisher publisher;
    private final UploadBacklog backlog;
    private final SourceInspection inspection;
    private final ArtifactStore artifacts;
    private final long maxBytes;

    RowBatches(
            IntakeGate gate,
            Uploads uploads,
            UploadReader reader,
            UploadPublisher publisher,
            UploadBacklog backlog,
            SourceInspection inspection,
            ArtifactStore artifacts,
            SourceConfig config) {
        this.gate = gate;
        this.uploads = uploads;
        this.reader = reader;
        this.publisher = publisher;
        this.backlog = backlog;
        this.inspection = inspection;
        this.artifacts = artifacts;
        this.maxBytes = config.maxBatchBytes().asLongValue();
    }

    /** An accepted batch. */
    public record Batch(String id, ReadCounts counts, boolean isRepeated) {}

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
    public Batch accept(String datasetId, InputStream body, @Nullable String key)
            throws IOException {
        if (key != null && !KEY.matcher(key).matches()) {
            throw RefusedException.invalid(
                    "invalid_value",
                    "Idempotency-Key",
                    "Idempotency-Key must be 1 to 200 visible ASCII characters, got %d characters"
                            .formatted(key.length()));
        }
        gate.requireOpen();
        uploads.requireTakesBatches(datasetId);
        StoredArtifact artifact = store(body);
        inspection.requireReadable(artifacts.open(artifact.sha256()), "body");
        UploadId id = new UploadId(datasetId, "batch/" + (key == null ? artifact.sha256() : key));
        Uploads.Accepted accepted =
                uploads.accept(
                        new Upload(
                                id,
                                artifact.sha256(),
                                null,
                                false,
                                Instant.now().truncatedTo(ChronoUnit.MICROS),
                                Trace.current()));
        if (accepted.upload().state() == Upload.State.PUBLISHED) {
            return new Batch(id.source(), reader.read(accepted, row -> {}), true);
        }
        if (!accepted.upload().isPending()) {
            throw RefusedException.conflict(
                    "dataset_faulty",
                    null,
                    "\"%s\" was accepted before, and its rows have been lost since: %s"
                            .formatted(id.source(), accepted.dataset().fault()));
        }
        try {
            return new Batch(id.source(), publisher.publish(id), false);
        } catch (UploadBusyException e) {
            throw RefusedException.notYet("rows_pending", e.getMessage() + "; send it again");
        } catch (UploadLostException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // Accepted is accepted, whatever failed behind it.
            backlog.queueLater(id);
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
}
