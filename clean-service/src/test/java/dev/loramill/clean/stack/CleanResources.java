package dev.loramill.clean.stack;

import dev.loramill.local.LocalKafka;
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

/** Broker and database for tests of beans; what listeners are given, the test decides. */
public final class CleanResources implements QuarkusTestResourceLifecycleManager {
    private static final String DATABASE = "loramill_clean";

    private @Nullable LocalKafka kafka;
    private @Nullable LocalPostgres postgres;

    @Override
    public Map<String, String> start() {
        try {
            Path directory = Files.createTempDirectory("clean-beans");
            LocalKafka broker = LocalKafka.start(directory.resolve("kafka"), 0);
            kafka = broker;
            broker.createTopics();
            LocalPostgres database = LocalPostgres.start(directory.resolve("postgres"), 0);
            postgres = database;
            database.createDatabase(DATABASE);
            Path bases = directory.resolve("bases.json");
            CleanStack.addBase(bases, directory.resolve("artifacts"), directory);
            Map<String, String> config =
                    new HashMap<>(
                            InMemoryConnector.switchIncomingChannelsToInMemory(
                                    "outcomes", "freezes"));
            // A channel in memory has one source.
            config.put("mp.messaging.incoming.outcomes.concurrency", "1");
            config.put("kafka.bootstrap.servers", broker.bootstrapServers());
            config.put("quarkus.datasource.jdbc.url", database.jdbcUrl(DATABASE));
            config.put("quarkus.datasource.username", database.user());
            config.put("quarkus.datasource.password", database.password());
            config.put("loramill.artifacts.directory", directory.resolve("artifacts").toString());
            config.put("loramill.bases.catalogue", bases.toString());
            config.put("loramill.clean.state-directory", directory.resolve("state").toString());
            return config;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        try {
            if (kafka != null) {
                kafka.close();
            }
            if (postgres != null) {
                postgres.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
