package dev.loramill.ingest.upload;

import dev.loramill.http.IdempotencyKey;
import dev.loramill.http.RefusedException;
import dev.loramill.ingest.row.SourceInspection;
import dev.loramill.ingest.source.SourceConfig;
import dev.loramill.ingest.store.SourceStore;
import dev.loramill.messaging.Trace;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Optional;

/** Takes batches of rows that people send. */
@ApplicationScoped
public class RowBatches {
    private static final int BUFFER_BYTES = 64 << 10;

    private final IntakeGate gate;
    private final Uploads uploads;
    private final UploadReader reader;
    private final UploadPublisher publisher;
    private final UploadBacklog backlog;
    private final SourceInspection inspection;
    private final SourceStore store;
    private final long maxBytes;

    RowBatches(
            IntakeGate gate,
            Uploads uploads,
            UploadReader reader,
            UploadPublisher publisher,
            UploadBacklog backlog,
            SourceInspection inspection,
            SourceStore store,
            SourceConfig config) {
        this.gate = gate;
        this.uploads = uploads;
        this.reader = reader;
        this.publisher = publisher;
        this.backlog = backlog;
        this.inspection = inspection;
        this.store = store;
        this.maxBytes = config.maxBatchBytes().asLongValue();
    }

    /** An accepted batch. */
    public record Batch(String id, ReadCounts counts, boolean isRepeated) {}

    /**
     * Takes a batch; all its rows stand on Kafka when this returns. Sending it again under the same
     * key, or without one the same bytes again, changes nothing and gives the same answer.
     *
     * @param body one JSON object a line, read to its end
     * @param key key of the batch, or none to name it by its digest
     * @throws RefusedException when there is no such dataset, it takes no rows, the body cannot be
     *     read as lines, or the key was used for other bytes
     * @throws BrokerAwayException when Kafka does not take the rows now; what was accepted is
     *     published later
     */
    public Batch accept(String datasetId, InputStream body, Optional<IdempotencyKey> key)
            throws IOException {
        gate.requireOpen();
        uploads.requireTakesBatches(datasetId);
        Uploads.Accepted accepted = accept(datasetId, spool(body), key);
        UploadId id = accepted.upload().id();
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

    /** Accepts a body, which is deleted; what is refused leaves nothing in the store. */
    private Uploads.Accepted accept(String datasetId, Spooled body, Optional<IdempotencyKey> key)
            throws IOException {
        try {
            inspection.requireReadable(() -> Files.newInputStream(body.file()), "body");
            UploadId id =
                    new UploadId(
                            datasetId,
                            "batch/" + key.map(IdempotencyKey::text).orElse(body.sha256()));
            uploads.requireAcceptable(id, body.sha256());
            while (true) {
                Optional<Uploads.Accepted> accepted =
                        uploads.accept(
                                new Upload(
                                        id,
                                        store.put(body.file()).sha256(),
                                        null,
                                        false,
                                        Instant.now().truncatedTo(ChronoUnit.MICROS),
                                        Trace.current()));
                if (accepted.isPresent()) {
                    return accepted.get();
                }
            }
        } finally {
            Files.deleteIfExists(body.file());
        }
    }

    /** A body on the disk, and its digest. */
    private record Spooled(Path file, String sha256) {}

    private Spooled spool(InputStream body) throws IOException {
        Path file = store.newTemporary();
        MessageDigest digest = sha256();
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(file), digest)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            long size = 0;
            for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
                out.write(buffer, 0, count);
                size += count;
                if (size > maxBytes) {
                    throw RefusedException.tooLarge(
                            ("a batch may have %,d bytes; send several, or a file by POST"
                                            + " /v1/files")
                                    .formatted(maxBytes));
                }
            }
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        return new Spooled(file, HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
