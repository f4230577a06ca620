package dev.loramill.local.bench;

import dev.loramill.events.ChatMessage;
import dev.loramill.events.DatasetOpened;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.Event;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.RowCleaned;
import dev.loramill.events.RowDigests;
import dev.loramill.events.RowOrigin;
import dev.loramill.events.RowReceived;
import dev.loramill.events.Topics;
import dev.loramill.local.LocalKafka;
import dev.loramill.local.LocalPostgres;
import dev.loramill.local.launch.LaunchException;
import dev.loramill.local.launch.Service;
import dev.loramill.local.launch.ServiceFlags;
import dev.loramill.process.ChildProcess;
import dev.loramill.process.JavaCommand;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A packaged clean-service on a broker and a database of its own, both in a folder that is deleted
 * at the end. Only what every build of the service has is used: topics, and the table of datasets.
 */
final class CleanServiceRun implements AutoCloseable {
    private static final String DATABASE = "loramill_clean";
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int LAST_LINES = 30;
    private static final URI SOURCE = URI.create("/loramill/bench");

    /** The shipped recipe {@code none}, whose digest every build knows. */
    private static final String RECIPE = "none";

    private final Path directory;
    private final LocalKafka kafka;
    private final LocalPostgres postgres;
    private final Path application;
    private final List<String> jvmOptions;
    private final KafkaProducer<String, byte[]> producer;
    private ChildProcess service;

    /**
     * Starts broker, database and service.
     *
     * @param application folder with {@code quarkus-run.jar}
     * @param jvmOptions options of its JVM, behind those that {@code ./loramill up} gives it
     */
    CleanServiceRun(Path application, List<String> jvmOptions) throws IOException, SQLException {
        this.application = application;
        this.jvmOptions = List.copyOf(jvmOptions);
        directory = Files.createTempDirectory("loramill-bench");
        kafka = LocalKafka.start(directory.resolve("kafka"), 0);
        kafka.createTopics();
        postgres = LocalPostgres.start(directory.resolve("postgres"), 0);
        postgres.createDatabase(DATABASE);
        service = start();
        producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                kafka.bootstrapServers(),
                                "linger.ms",
                                20,
                                "batch.size",
                                1 << 17,
                                "compression.type",
                                "lz4"),
                        new StringSerializer(),
                        new ByteArraySerializer());
    }

    /**
     * What a dataset took.
     *
     * @param rows rows of the dataset
     * @param seconds from the end of the dataset before until it was cleaned
     * @param cpuSeconds processor time of the service meanwhile
     */
    record Measured(int rows, double seconds, double cpuSeconds) {
        double rowsPerSecond() {
            return rows / seconds;
        }

        double cpuMicrosPerRow() {
            return cpuSeconds * 1e6 / rows;
        }
    }

    /**
     * Sends datasets of the same size one after the other, and then lets the service work them off:
     * so only the service is at work while it is measured. The first one warms it up.
     *
     * @return what each dataset took, without the first
     * @throws LaunchException when the service ends, or does not get to an end
     */
    List<Measured> drain(CleanBench.Part part, int datasets, int rows)
            throws LaunchException, IOException, InterruptedException, SQLException {
        RecipeReference recipe = awaitRecipe();
        service.end(PATIENCE);
        for (int number = 0; number < datasets; number++) {
            send(part, dataset(number), rows, recipe);
        }
        producer.flush();
        service = start();
        List<Measured> measured = new ArrayList<>();
        awaitCleaned(dataset(0));
        long begin = System.nanoTime();
        Duration cpuBefore = cpu();
        for (int number = 1; number < datasets; number++) {
            awaitCleaned(dataset(number));
            long end = System.nanoTime();
            Duration cpuNow = cpu();
            measured.add(
                    new Measured(
                            rows, (end - begin) / 1e9, cpuNow.minus(cpuBefore).toMillis() / 1e3));
            begin = end;
            cpuBefore = cpuNow;
        }
        return measured;
    }

    private static String dataset(int number) {
        return "ds-" + number;
    }

    private void send(CleanBench.Part part, String dataset, int rows, RecipeReference recipe) {
        for (int line = 1; line <= rows; line++) {
            List<ChatMessage> messages = messages(dataset, line);
            RowOrigin origin = new RowOrigin("bench", line);
            String digest = RowDigests.of(messages);
            send(
                    switch (part) {
                        case LEDGER ->
                                new RowCleaned(
                                        dataset, origin, digest, digest, messages, recipe,
                                        List.of());
                        case CLEAN -> new RowReceived(dataset, origin, digest, messages, recipe);
                    });
        }
        sendTo(Topics.DATASETS_HISTORY, new DatasetOpened(dataset, "bench", recipe, Instant.EPOCH));
        sendTo(Topics.DATASETS_HISTORY, new DatasetSealed(dataset, "bench", recipe, rows, 0));
    }

    @Override
    public void close() throws IOException {
        producer.close(Duration.ZERO);
        service.close();
        kafka.close();
        postgres.close();
        try (Stream<Path> all = Files.walk(directory)) {
            all.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        }
    }

    private ChildProcess start() throws IOException {
        return JavaCommand.ofJar(application.resolve("quarkus-run.jar"))
                .options(ServiceFlags.of(Service.CLEAN))
                .options(jvmOptions)
                .child()
                .environment(environment())
                .outputAndErrors(Redirect.appendTo(directory.resolve("service.log").toFile()))
                .start();
    }

    private Map<String, String> environment() throws IOException {
        Map<String, String> environment = new HashMap<>();
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(freePort()));
        environment.put("QUARKUS_DATASOURCE_JDBC_URL", postgres.jdbcUrl(DATABASE));
        environment.put("QUARKUS_DATASOURCE_USERNAME", postgres.user());
        environment.put("QUARKUS_DATASOURCE_PASSWORD", postgres.password());
        environment.put("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
        environment.put("LORAMILL_ARTIFACTS_DIRECTORY", directory.resolve("artifacts").toString());
        environment.put("LORAMILL_BASES_CATALOGUE", directory.resolve("bases.json").toString());
        environment.put("LORAMILL_CLEAN_STATE_DIRECTORY", directory.resolve("state").toString());
        return environment;
    }

    private RecipeReference awaitRecipe()
            throws LaunchException, IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            requireAlive();
            try (Connection connection = postgres.dataSource(DATABASE).getConnection();
                    PreparedStatement select =
                            connection.prepareStatement(
                                    "SELECT digest FROM recipe_name WHERE name = ?")) {
                select.setString(1, RECIPE);
                try (ResultSet found = select.executeQuery()) {
                    if (found.next()) {
                        return new RecipeReference(RECIPE, String.valueOf(found.getString(1)));
                    }
                }
            } catch (SQLException e) {
                // The table is not there yet.
            }
            Thread.sleep(200);
        }
        throw tooLong("clean-service has not come up");
    }

    private void awaitCleaned(String dataset)
            throws LaunchException, IOException, InterruptedException, SQLException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (Connection connection = postgres.dataSource(DATABASE).getConnection();
                PreparedStatement select =
                        connection.prepareStatement(
                                "SELECT 1 FROM dataset WHERE id = ? AND state = 'cleaned'")) {
            select.setString(1, dataset);
            while (System.nanoTime() < deadline) {
                try (ResultSet found = select.executeQuery()) {
                    if (found.next()) {
                        return;
                    }
                }
                requireAlive();
                Thread.sleep(50);
            }
        }
        throw tooLong("dataset \"%s\" is not cleaned".formatted(dataset));
    }

    private void requireAlive() throws LaunchException, IOException {
        if (!service.isAlive()) {
            throw new LaunchException("clean-service has ended by itself" + lastLines());
        }
    }

    private LaunchException tooLong(String fault) throws IOException {
        return new LaunchException(
                "%s after %d minutes%s".formatted(fault, PATIENCE.toMinutes(), lastLines()));
    }

    /** The end of the service's log, which is deleted with all else. */
    private String lastLines() throws IOException {
        List<String> lines = Files.readAllLines(directory.resolve("service.log"));
        return "; its log ends with:\n"
                + String.join(
                        "\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }

    private void send(Event event) {
        sendRecord(KafkaEvents.record(EventEnvelope.of(SOURCE, event)));
    }

    private void sendTo(String topic, Event event) {
        sendRecord(KafkaEvents.record(topic, EventEnvelope.of(SOURCE, event)));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // flush waits, and rows that are lost show
    private void sendRecord(ProducerRecord<String, byte[]> record) {
        producer.send(record);
    }

    private Duration cpu() {
        return service.handle().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static List<ChatMessage> messages(String dataset, int line) {
        return List.of(
                new ChatMessage("user", "What helps against condition %d?".formatted(line)),
                new ChatMessage(
                        "assistant",
                        ("Condition %d of %s mostly needs rest, warm drinks and some time at home,"
                                        + " and a doctor should look at it when the fever lasts"
                                        + " longer than three days or when breathing hurts.")
                                .formatted(line, dataset)));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
