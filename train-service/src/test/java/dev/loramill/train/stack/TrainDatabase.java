package dev.loramill.train.stack;

import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.local.LocalPostgres;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A real database for the service within the test's own JVM; its channels are in memory. */
public final class TrainDatabase implements QuarkusTestResourceLifecycleManager {
    private @Nullable LocalPostgres running;

    @Override
    public Map<String, String> start() {
        try {
            Path directory = Files.createTempDirectory("train-test");
            LocalPostgres postgres = LocalPostgres.start(directory.resolve("postgres"), 0);
            running = postgres;
            postgres.createDatabase("loramill_train");
            Path bases = directory.resolve("bases.json");
            BaseCatalogue.add(
                    bases,
                    new BaseModel(
                            TrainStack.BASE,
                            "b".repeat(64),
                            1_000,
                            "llama",
                            "Q4_1",
                            "unknown",
                            "test"));
            Map<String, String> configuration =
                    new HashMap<>(
                            InMemoryConnector.switchIncomingChannelsToInMemory(
                                    "datasets", "workers", "training-events", "serving-status"));
            configuration.putAll(InMemoryConnector.switchOutgoingChannelsToInMemory("outbox"));
            configuration.put("loramill.outbox.relay", "false");
            configuration.put("quarkus.datasource.jdbc.url", postgres.jdbcUrl("loramill_train"));
            configuration.put("quarkus.datasource.username", postgres.user());
            configuration.put("quarkus.datasource.password", postgres.password());
            configuration.put("loramill.bases.catalogue", bases.toString());
            configuration.put(
                    "loramill.artifacts.directory", directory.resolve("artifacts").toString());
            configuration.put("loramill.train.schedule.preparation-interval", "1h");
            configuration.put(
                    "loramill.train.authority.signing-key",
                    directory.resolve("announcements.pem").toString());
            configuration.put(
                    "loramill.train.authority.worker-secret",
                    WorkerSecret.in(directory).toString());
            // Nobody listens there; a stack that runs on this machine is not to be asked.
            configuration.put("loramill.ingest.url", "http://127.0.0.1:1");
            configuration.put("loramill.clean.url", "http://127.0.0.1:1");
            return configuration;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        InMemoryConnector.clear();
        try {
            if (running != null) {
                running.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
