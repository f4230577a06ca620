package dev.loramill.ingest.store;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes bytes that nobody needs: at once where their last owner goes, and now and then what a
 * killed process left, bodies that it was receiving among them.
 */
@ApplicationScoped
public class SourceCollector {
    private static final Logger LOG = LoggerFactory.getLogger(SourceCollector.class);

    /** Nothing is stored, or received without a byte that comes, for as long before it is owned. */
    private static final Duration GRACE = Duration.ofHours(1);

    private final SourceStore store;
    private final Path uploads;

    SourceCollector(
            SourceStore store,
            @ConfigProperty(name = "quarkus.http.body.uploads-directory") String uploads) {
        this.store = store;
        this.uploads = Path.of(uploads);
    }

    /**
     * Deletes bytes if nobody needs them. Must not be called in the transaction that ends their
     * being needed, which might not commit.
     *
     * @return whether they were deleted
     */
    public boolean collect(String sha256) {
        boolean isDeleted =
                QuarkusTransaction.requiringNew()
                        .call(() -> {
                            try {
                                return store.deleteUnneeded(sha256);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
        if (isDeleted) {
            LOG.atInfo().addKeyValue("sha256", sha256).log("Bytes that nobody needs were deleted");
        }
        return isDeleted;
    }

    @Scheduled(every = "10m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void sweep() {
        Instant limit = Instant.now().minus(GRACE);
        try {
            sweepUploads(limit);
            store.storedBefore(limit).forEach(this::collect);
        } catch (IOException | RuntimeException e) {
            LOG.atWarn().setCause(e).log("Abandoned uploads could not be deleted");
        }
    }

    private void sweepUploads(Instant limit) throws IOException {
        if (!Files.isDirectory(uploads)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> files = Files.list(uploads)) {
            all = files.filter(Files::isRegularFile).toList();
        }
        for (Path upload : all) {
            if (Files.exists(upload)
                    && Files.getLastModifiedTime(upload).toInstant().isBefore(limit)) {
                Files.deleteIfExists(upload);
            }
        }
    }
}
