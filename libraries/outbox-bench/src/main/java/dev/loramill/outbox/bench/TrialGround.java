package dev.loramill.outbox.bench;

import dev.loramill.local.LocalPostgres;
import dev.loramill.process.ChildProcess;
import dev.loramill.process.JavaCommand;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;

/**
 * The application on trial with a broker and a database of its own, each of which can be killed.
 */
final class TrialGround implements AutoCloseable {
    static final String IN = "trial.in";
    static final String OUT = "trial.out";
    private static final String DATABASE = "trial";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int PARTITIONS = 4;

    private final Path directory;
    private final Path application;
    private final Map<String, String> configuration;
    private final int brokerPort;
    private final int servicePort;
    private volatile ChildProcess broker;
    private volatile LocalPostgres database;
    private volatile @Nullable ChildProcess service;
    private volatile boolean keepsLogs;
    private boolean isClosed;

    TrialGround(Path application, Map<String, String> configuration) throws IOException {
        if (!Files.exists(application)) {
            throw new IOException(
                    "the application on trial is not built: \"%s\" is missing"
                            .formatted(application));
        }
        this.application = application;
        this.configuration = Map.copyOf(configuration);
        this.directory = Files.createTempDirectory("loramill-outbox-");
        this.brokerPort = freePort();
        this.servicePort = freePort();
        this.broker = startBrokerProcess();
        this.database = LocalPostgres.start(directory.resolve("postgres"), 0);
        database.createDatabase(DATABASE);
        // Ctrl-C leaves nothing behind.
        Runtime.getRuntime().addShutdownHook(new Thread(this::end));
        createTopics();
    }

    String bootstrapServers() {
        return "127.0.0.1:" + brokerPort;
    }

    synchronized void startService() throws IOException {
        refuseWhenClosed();
        Map<String, String> environment = new HashMap<>(configuration);
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(servicePort));
        environment.put("QUARKUS_DATASOURCE_JDBC_URL", database.jdbcUrl(DATABASE));
        environment.put("QUARKUS_DATASOURCE_USERNAME", database.user());
        environment.put("QUARKUS_DATASOURCE_PASSWORD", database.password());
        environment.put("KAFKA_BOOTSTRAP_SERVERS", bootstrapServers());
        service =
                JavaCommand.ofJar(application)
                        .options("-Xmx256m", "-XX:+UseSerialGC")
                        .child()
                        .environment(environment)
                        .outputAndErrors(Redirect.appendTo(log().toFile()))
                        .start();
    }

    void killService() {
        ChildProcess running = service;
        if (running != null) {
            running.close();
        }
    }

    void killBroker() {
        broker.close();
    }

    synchronized void startBroker() throws IOException {
        refuseWhenClosed();
        broker = startBrokerProcess();
    }

    /** Kills the server, and waits for its children, who end when they notice. */
    void killDatabase() throws IOException, InterruptedException {
        database.kill();
    }

    synchronized void startDatabase() throws IOException {
        refuseWhenClosed();
        database = LocalPostgres.start(directory.resolve("postgres"), database.port());
    }

    /** Starts what has ended by itself, as whoever runs services does. */
    void reviveEnded() throws IOException {
        ChildProcess running = service;
        if (running != null && !running.isAlive()) {
            startService();
        }
        if (!broker.isAlive()) {
            startBroker();
        }
    }

    /** Waits until the service has made its tables. */
    void awaitTables() throws InterruptedException, IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                number("SELECT count(*) FROM effect");
                return;
            } catch (SQLException e) {
                if (System.nanoTime() > deadline) {
                    keepLogs();
                    throw new IOException(
                            "the application on trial did not start; its log: " + log(), e);
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    /** A number that the database is asked for. */
    long number(String query) throws SQLException {
        try (Connection connection = database.dataSource(DATABASE).getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getLong(1);
        }
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = database.dataSource(DATABASE).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Leaves the logs where they are when all else is deleted. */
    void keepLogs() {
        keepsLogs = true;
        System.err.println("The logs of service and broker stay in " + directory);
    }

    Path log() {
        return directory.resolve("service.log");
    }

    private ChildProcess startBrokerProcess() throws IOException {
        return JavaCommand.ofMain(TrialBroker.class.getName())
                .options("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                .options("--sun-misc-unsafe-memory-access=allow")
                .arguments(directory.resolve("kafka").toString(), Integer.toString(brokerPort))
                .child()
                .outputAndErrors(Redirect.appendTo(directory.resolve("kafka.log").toFile()))
                .start();
    }

    private void createTopics() throws IOException {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", bootstrapServers());
        List<NewTopic> topics = new ArrayList<>();
        for (String name : List.of(IN, IN + ".dlq", "trial.events", "trial.events.dlq", OUT)) {
            topics.add(new NewTopic(name, PARTITIONS, (short) 1));
        }
        try (Admin admin = Admin.create(config)) {
            admin.createTopics(topics).all().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IOException("the topics of the trial cannot be made", e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void refuseWhenClosed() {
        if (isClosed) {
            throw new IllegalStateException("the trial has ended");
        }
    }

    private void end() {
        try {
            close();
        } catch (IOException e) {
            System.err.println("the trial left something in \"%s\": %s".formatted(directory, e));
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (isClosed) {
            return;
        }
        isClosed = true;
        killService();
        killBroker();
        try {
            database.close();
        } finally {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    if (!keepsLogs || !isLog(path)) {
                        Files.deleteIfExists(path);
                    }
                }
            }
        }
    }

    private boolean isLog(Path path) {
        return path.equals(directory)
                || (directory.equals(path.getParent()) && path.toString().endsWith(".log"));
    }
}
