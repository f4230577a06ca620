package dev.loramill.ingest.upload;

import java.io.Closeable;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an upload for one thread while it publishes it. It runs out by itself soon after its
 * process is killed; a claim that is lost does no harm, since rows may be published twice.
 */
final class UploadClaim implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(UploadClaim.class);

    /** Longer than the producer of the rows waits for its last acknowledgement. */
    private static final Duration TIME = Duration.ofSeconds(15);

    private static final Duration RENEWAL = TIME.dividedBy(3);

    private final Uploads uploads;
    private final UploadId id;
    private final String owner = UUID.randomUUID().toString();
    private long renewed = System.nanoTime();

    /**
     * Takes an upload.
     *
     * @throws UploadBusyException when somebody else publishes it
     */
    UploadClaim(Uploads uploads, UploadId id) throws UploadBusyException {
        this.uploads = uploads;
        this.id = id;
        if (!uploads.claim(id, owner, TIME)) {
            throw new UploadBusyException(id);
        }
    }

    /** Goes on, where it is time to say so. */
    void keep() {
        long now = System.nanoTime();
        if (now - renewed < RENEWAL.toNanos()) {
            return;
        }
        renewed = now;
        try {
            uploads.claim(id, owner, TIME);
        } catch (RuntimeException e) {
            note(e);
        }
    }

    /** Lets others take it up at once. */
    @Override
    public void close() {
        try {
            uploads.release(id, owner);
        } catch (RuntimeException e) {
            note(e);
        }
    }

    private void note(RuntimeException fault) {
        LOG.atDebug()
                .addKeyValue("datasetId", id.datasetId())
                .addKeyValue("source", id.source())
                .setCause(fault)
                .log("The claim of an upload was not written");
    }
}
