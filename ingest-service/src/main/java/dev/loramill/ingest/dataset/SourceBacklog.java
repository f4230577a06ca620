package dev.loramill.ingest.dataset;

import dev.loramill.outbox.legacy.Transactions;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes accepted sources in the background, until each is counted: files, batches that Kafka
 * did not take at once, and at start-up whatever a killed process left.
 */
@ApplicationScoped
class SourceBacklog {
    private static final Logger LOG = LoggerFactory.getLogger(SourceBacklog.class);
    private static final int THREADS = 2;
    private static final long FIRST_RETRY_SECONDS = 1;
    private static final long LAST_RETRY_SECONDS = 30;
    private static final long STOP_SECONDS = 10;

    private final DataSource dataSource;
    private final RowSourceTable sources;
    private final RowSourcePublisher publisher;
    private final Set<RowSource> queued = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService executor =
            Executors.newScheduledThreadPool(
                    THREADS, Thread.ofPlatform().name("source-backlog-", 0).daemon().factory());

    SourceBacklog(DataSource dataSource, RowSourceTable sources, RowSourcePublisher publisher) {
        this.dataSource = dataSource;
        this.sources = sources;
        this.publisher = publisher;
    }

    void start(@Observes StartupEvent event) {
        executor.execute(this::queuePending);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        executor.shutdownNow();
        if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            LOG.atWarn()
                    .log(
                            "A source is still being published; it is published again at the next start");
        }
    }

    /** Publishes a source as soon as a thread is free; one that is queued already is left alone. */
    void queue(RowSource source) {
        if (queued.add(source)) {
            later(() -> publish(source, FIRST_RETRY_SECONDS), 0);
        }
    }

    private void queuePending() {
        try {
            Transactions.call(dataSource, sources::pending).forEach(this::queue);
        } catch (SQLException e) {
            LOG.atWarn()
                    .setCause(e)
                    .log("Pending sources could not be listed and are listed again");
            later(this::queuePending, FIRST_RETRY_SECONDS);
        }
    }

    private void publish(RowSource source, long nextRetrySeconds) {
        try {
            ReadCounts counts = publisher.publish(source);
            queued.remove(source);
            LOG.atInfo()
                    .addKeyValue("datasetId", source.datasetId())
                    .addKeyValue("sourceId", source.id())
                    .addKeyValue("rows", counts.rows())
                    .addKeyValue("refused", counts.refused())
                    .log("A source was published");
        } catch (SourceLostException e) {
            queued.remove(source);
            report(source, e, "A source is lost");
        } catch (IOException | SQLException | RuntimeException e) {
            if (!executor.isShutdown()) {
                report(source, e, "A source was not published and is published again");
                later(
                        () -> publish(source, Math.min(2 * nextRetrySeconds, LAST_RETRY_SECONDS)),
                        nextRetrySeconds);
            }
        }
    }

    private void later(Runnable task, long seconds) {
        try {
            executor.schedule(task, seconds, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("The application stops; what is pending waits for its next start");
        }
    }

    private static void report(RowSource source, Exception cause, String what) {
        LOG.atWarn()
                .addKeyValue("datasetId", source.datasetId())
                .addKeyValue("sourceId", source.id())
                .setCause(cause)
                .log(what);
    }
}
