package dev.loramill.outbox.trial;

import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Has a batch wait in this process, between Kafka and its transaction. */
@ApplicationScoped
class Holding {
    private static final long LOOK_MILLIS = 20;

    private final Optional<Path> file;

    Holding(TrialConfig config) {
        this.file = config.hold();
    }

    /** Called with each batch before anything is done about it. */
    void batchCame(int size) {
        if (file.isEmpty() || !Files.exists(file.get())) {
            return;
        }
        try {
            Files.writeString(file.get(), Integer.toString(size));
            while (Files.exists(file.get())) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
