package dev.loramill.ingest.upload;

import dev.loramill.artifacts.CorruptArtifactException;
import dev.loramill.artifacts.MissingArtifactException;
import dev.loramill.ingest.source.UnreadableSourceException;
import dev.loramill.messaging.Trace;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;

/**
 * Brings the rows of an accepted upload to Kafka, and counts them once all are acknowledged. One
 * thread of one replica is at an upload at a time; publishing it again, as after a crash, repeats
 * rows under the same ids and counts nothing.
 */
@ApplicationScoped
class UploadPublisher {
    private final Uploads uploads;
    private final UploadReader reader;
    private final RowPublisher publisher;

    UploadPublisher(Uploads uploads, UploadReader reader, RowPublisher publisher) {
        this.uploads = uploads;
        this.reader = reader;
        this.publisher = publisher;
    }

    /**
     * Publishes and counts, unless it was counted already.
     *
     * @throws UploadBusyException when another thread or replica is at it
     * @throws UploadLostException when its bytes are lost or damaged; its dataset tells so
     * @throws IOException when Kafka does not take the rows, or the disk fails; it stays pending
     */
    ReadCounts publish(UploadId id) throws IOException {
        Uploads.Accepted accepted =
                uploads.find(id)
                        .orElseThrow(() ->
                                new UploadLostException(
                                        new IOException("its dataset was deleted")));
        if (!accepted.upload().isPending()) {
            return accepted.upload().counts();
        }
        try (UploadClaim claim = new UploadClaim(uploads, id)) {
            return Trace.<ReadCounts, IOException>continuing(
                    accepted.upload().traceParent(), () -> publish(accepted, claim));
        }
    }

    private ReadCounts publish(Uploads.Accepted accepted, UploadClaim claim) throws IOException {
        UploadId id = accepted.upload().id();
        ReadCounts counts;
        try {
            RowPublisher.Publication publication = publisher.begin(accepted.upload().createdAt());
            counts =
                    reader.read(
                            accepted,
                            row -> {
                                publication.send(row);
                                claim.keep();
                            });
            publication.complete();
        } catch (UnreadableSourceException
                | CorruptArtifactException
                | MissingArtifactException e) {
            uploads.fail(id, String.valueOf(e.getMessage()));
            throw new UploadLostException(e);
        }
        uploads.count(id, counts);
        return counts;
    }
}
