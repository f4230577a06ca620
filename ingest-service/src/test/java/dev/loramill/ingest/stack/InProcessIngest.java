package dev.loramill.ingest.stack;

import dev.loramill.local.LocalKafka;
import dev.loramill.local.LocalPostgres;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A broker, a database and a peer that answers for clean-service, for the service inside the test.
 * Submitted rows come by the in-memory connector, and the outbox keeps what it is given.
 */
@SuppressWarnings("NullAway.Init") // start() comes first
public final class InProcessIngest implements QuarkusTestResourceLifecycleManager {
    private static final String DATABASE = "loramill_ingest";

    private Path directory;
    private LocalKafka kafka;
    private LocalPostgres postgres;
    private RecipePeer recipes;

    @Override
    public Map<String, String> start() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // The broker looks classes of its own up by name.
        thread.setContextClassLoader(LocalKafka.class.getClassLoader());
        try {
            directory = Files.createTempDirectory("ingest-inside");
            kafka = LocalKafka.start(directory.resolve("kafka"), 0);
            kafka.createTopics();
            postgres = LocalPostgres.start(directory.resolve("postgres"), 0);
            postgres.createDatabase(DATABASE);
            recipes = RecipePeer.start(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            thread.setContextClassLoader(before);
        }
        Map<String, String> config =
                new HashMap<>(InMemoryConnector.switchIncomingChannelsToInMemory("rows-submitted"));
        config.put("loramill.outbox.relay", "false");
        config.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        config.put("quarkus.datasource.jdbc.url", postgres.jdbcUrl(DATABASE));
        config.put("quarkus.datasource.username", postgres.user());
        config.put("quarkus.datasource.password", postgres.password());
        config.put("loramill.artifacts.directory", directory.resolve("artifacts").toString());
        config.put("loramill.clean.url", "http://127.0.0.1:" + recipes.port());
        return config;
    }

    @Override
    public void stop() {
        InMemoryConnector.clear();
        recipes.close();
        kafka.close();
        try {
            postgres.close();
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
