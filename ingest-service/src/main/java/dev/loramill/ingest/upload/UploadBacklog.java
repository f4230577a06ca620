package dev.loramill.ingest.upload;

import dev.loramill.messaging.Stopping;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.context.api.ManagedExecutorConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.context.ManagedExecutor;
import org.eclipse.microprofile.context.ThreadContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes accepted uploads in the background, until each is counted: files, batches that were not
 * counted at once, and every few seconds whatever was left, here or by a replica that was killed.
 */
@ApplicationScoped
public class UploadBacklog {
    private static final Logger LOG = LoggerFactory.getLogger(UploadBacklog.class);
    private static final int THREADS = 2;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** How often it is looked for uploads that were left, here or by another replica. */
    private static final Duration LISTING = Duration.ofSeconds(5);

    private final Uploads uploads;
    private final UploadPublisher publisher;
    private final Stopping stopping;
    private final ManagedExecutor executor;
    private final Map<UploadId, Turn> turns = new ConcurrentHashMap<>();
    private long nextListing = System.nanoTime();

    UploadBacklog(
            Uploads uploads,
            UploadPublisher publisher,
            Stopping stopping,
            // Nothing of the request that queues an upload goes along with it.
            @ManagedExecutorConfig(
                            maxAsync = THREADS,
                            propagated = {},
                            cleared = ThreadContext.ALL_REMAINING)
                    ManagedExecutor executor) {
        this.uploads = uploads;
        this.publisher = publisher;
        this.stopping = stopping;
        this.executor = executor;
    }

    /**
     * When an upload is published.
     *
     * @param due time of the next attempt, by {@link System#nanoTime}, unless one is under way
     * @param pause time from that attempt to the one after
     */
    private record Turn(long due, Duration pause, boolean isRunning) {
        static Turn running(Duration pause) {
            return new Turn(System.nanoTime(), pause, true);
        }

        static Turn after(Duration pause) {
            Duration doubled = pause.multipliedBy(2);
            return new Turn(
                    System.nanoTime() + pause.toNanos(),
                    doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled,
                    false);
        }
    }

    /**
     * Publishes an upload as soon as a thread is free; one that is queued already is left alone.
     */
    public void queue(UploadId id) {
        if (turns.putIfAbsent(id, Turn.running(FIRST_PAUSE)) == null) {
            executor.execute(() -> publish(id, FIRST_PAUSE));
        }
    }

    /** Publishes an upload in a moment, after an attempt that failed. */
    void queueLater(UploadId id) {
        turns.putIfAbsent(id, Turn.after(FIRST_PAUSE));
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void publishWhatIsDue() {
        long now = System.nanoTime();
        if (now - nextListing >= 0) {
            queueUnclaimed();
        }
        turns.forEach((id, turn) -> {
            if (!turn.isRunning()
                    && now - turn.due() >= 0
                    && turns.replace(id, turn, Turn.running(turn.pause()))) {
                executor.execute(() -> publish(id, turn.pause()));
            }
        });
    }

    private void queueUnclaimed() {
        try {
            uploads.unclaimed().forEach(this::queue);
            nextListing = System.nanoTime() + LISTING.toNanos();
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .setCause(e)
                    .log("Pending uploads could not be listed and are listed again");
        }
    }

    private void publish(UploadId id, Duration pause) {
        try {
            ReadCounts counts = publisher.publish(id);
            turns.remove(id);
            LOG.atInfo()
                    .addKeyValue("datasetId", id.datasetId())
                    .addKeyValue("source", id.source())
                    .addKeyValue("rows", counts.rows())
                    .addKeyValue("refused", counts.refused())
                    .log("An upload was published");
        } catch (UploadBusyException e) {
            // Whoever is at it counts it, or leaves it to be listed again.
            turns.remove(id);
        } catch (UploadLostException e) {
            turns.remove(id);
            report(id, e, "An upload is lost");
        } catch (IOException | RuntimeException | Error e) {
            // Whatever it was: an upload that nobody works on is never counted.
            turns.put(id, Turn.after(pause));
            if (!stopping.hasBegun()) {
                report(id, e, "An upload was not published and is published again");
            }
        }
    }

    private static void report(UploadId id, Throwable cause, String what) {
        LOG.atWarn()
                .addKeyValue("datasetId", id.datasetId())
                .addKeyValue("source", id.source())
                .setCause(cause)
                .log(what);
    }
}
