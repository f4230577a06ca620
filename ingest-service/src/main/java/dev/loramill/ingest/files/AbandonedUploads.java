package dev.loramill.ingest.files;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes at start-up what uploads have left that a killed process was receiving. */
@ApplicationScoped
class AbandonedUploads {
    private static final Logger LOG = LoggerFactory.getLogger(AbandonedUploads.class);

    /** No upload takes that long, so none of another replica is hit. */
    private static final Duration AGE = Duration.ofHours(12);

    private final Path directory;

    AbandonedUploads(
            @ConfigProperty(name = "quarkus.http.body.uploads-directory") String directory) {
        this.directory = Path.of(directory);
    }

    void sweep(@Observes StartupEvent event) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        Instant limit = Instant.now().minus(AGE);
        try (Stream<Path> uploads = Files.list(directory)) {
            List<Path> all = uploads.filter(Files::isRegularFile).toList();
            for (Path upload : all) {
                if (Files.getLastModifiedTime(upload).toInstant().isBefore(limit)) {
                    Files.deleteIfExists(upload);
                }
            }
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("Abandoned uploads could not be deleted");
        }
    }
}
