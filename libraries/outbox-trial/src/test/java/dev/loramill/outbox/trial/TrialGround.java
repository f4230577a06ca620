package dev.loramill.outbox.trial;

import dev.loramill.local.LocalKafka;
import dev.loramill.local.LocalPostgres;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;

/** A real broker and a real database for the application under test. */
public final class TrialGround implements QuarkusTestResourceLifecycleManager {
    private @Nullable LocalKafka kafka;
    private @Nullable LocalPostgres postgres;

    @Override
    public Map<String, String> start() {
        try {
            Path directory = Files.createTempDirectory("outbox-trial");
            LocalKafka broker = LocalKafka.start(directory.resolve("kafka"), 0);
            kafka = broker;
            broker.createTopics();
            createTopics(broker.bootstrapServers());
            LocalPostgres database = LocalPostgres.start(directory.resolve("postgres"), 0);
            postgres = database;
            database.createDatabase("trial");
            return Map.of(
                    "kafka.bootstrap.servers",
                    broker.bootstrapServers(),
                    "quarkus.datasource.jdbc.url",
                    database.jdbcUrl("trial"),
                    "quarkus.datasource.username",
                    database.user(),
                    "quarkus.datasource.password",
                    database.password());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Topics of the application, four partitions each. */
    static void createTopics(String bootstrapServers) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(
                            Stream.of(
                                            "trial.in",
                                            "trial.in.dlq",
                                            "trial.events",
                                            "trial.events.dlq",
                                            "trial.out")
                                    .map(name -> new NewTopic(name, 4, (short) 1))
                                    .toList())
                    .all()
                    .get();
        } catch (Exception e) {
            throw new IllegalStateException("cannot make the topics of the trial", e);
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
