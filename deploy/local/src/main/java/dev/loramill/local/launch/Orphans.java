package dev.loramill.local.launch;

import dev.loramill.local.LocalPostgres;
import dev.loramill.process.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Services and the database server whose launcher was killed. */
final class Orphans {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Orphans() {}

    /** Ends what a killed launcher has left in a home. */
    static void stop(LoramillHome home, Console console) throws IOException, InterruptedException {
        for (Service service : Service.values()) {
            Path pidFile = home.run().resolve(service.label() + ".pid");
            Optional<ProcessHandle> orphan =
                    KnownProcess.find(pidFile, ServiceSpecs.mark(home, service.label()));
            if (orphan.isPresent()) {
                console.line(
                        "  ending %s (pid %d), which a killed launcher has left"
                                .formatted(service.label(), orphan.get().pid()));
                ChildProcess.end(orphan.get(), PATIENCE);
            }
            Files.deleteIfExists(pidFile);
        }
        LocalPostgres.stopOrphan(home.postgresData());
    }
}
