package dev.loramill.stress;

import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.events.authority.SharedSecret;
import dev.loramill.events.authority.SigningKey;
import dev.loramill.llama.natives.NativesLookup;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.local.LocalPostgres;
import dev.loramill.local.base.BaseException;
import dev.loramill.local.base.BaseProvider;
import dev.loramill.local.launch.Service;
import dev.loramill.local.launch.ServiceFlags;
import dev.loramill.process.JavaCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * The whole chain in a folder of its own: broker and database, each behind a proxy, two replicas of
 * ingest, clean and serve, train and a worker, on a tiny base.
 */
final class ChainGround implements AutoCloseable {
    private static final int REPLICAS = 2;
    private static final int LOWEST_PORT = 12_000;
    private static final int HIGHEST_PORT = 32_000;
    private static final int PORT_TRIES = 50;
    private static final List<Service> REPLICATED =
            List.of(Service.INGEST, Service.CLEAN, Service.SERVE);
    private static final List<Service> WITH_DATABASE =
            List.of(Service.INGEST, Service.CLEAN, Service.TRAIN);

    private final Path checkout;
    private final Path directory;
    private final int brokerPort;
    private final TcpProxy kafkaProxy;
    private final TcpProxy databaseProxy;
    private final Node broker;
    private final Map<Service, List<Node>> services = new HashMap<>();
    private final Map<Service, Integer> firstPorts = new HashMap<>();
    private final String base;
    private volatile LocalPostgres database;
    private volatile boolean keepsLogs;
    private boolean isClosed;

    /** Starts broker and database; services are started by {@link #start}. */
    ChainGround(Path checkout) throws IOException, InterruptedException {
        this.checkout = checkout;
        this.directory = Files.createTempDirectory("loramill-chain-");
        this.brokerPort = freePort();
        int detour = freePort();
        this.kafkaProxy = new TcpProxy(detour);
        this.broker =
                new Node(
                        "broker",
                        brokerPort,
                        JavaCommand.ofMain(StressBroker.class.getName())
                                .options("-Xmx384m", "-XX:+UseSerialGC")
                                .options("-XX:TieredStopAtLevel=1")
                                .options("--sun-misc-unsafe-memory-access=allow")
                                .arguments(
                                        directory.resolve("kafka").toString(),
                                        Integer.toString(brokerPort),
                                        Integer.toString(detour),
                                        Integer.toString(kafkaProxy.port()))
                                .words(),
                        Map.of(),
                        log("broker"));
        broker.start();
        this.database = LocalPostgres.start(directory.resolve("postgres"), 0);
        this.databaseProxy = new TcpProxy(database.port());
        for (Service service : WITH_DATABASE) {
            database.createDatabase(databaseOf(service));
        }
        this.base = provideBase();
        for (Service service : Service.values()) {
            firstPorts.put(service, freePort());
        }
        for (Service service : Service.values()) {
            describe(service);
        }
        // Ctrl-C leaves nothing behind.
        Runtime.getRuntime().addShutdownHook(new Thread(this::end));
    }

    /** Id of the base. */
    String base() {
        return base;
    }

    /** Where clients without faults find the broker. */
    String bootstrapServers() {
        return "127.0.0.1:" + brokerPort;
    }

    /** Where clients find the broker through the proxy. */
    String proxiedBootstrapServers() {
        return "127.0.0.1:" + kafkaProxy.port();
    }

    TcpProxy kafkaProxy() {
        return kafkaProxy;
    }

    TcpProxy databaseProxy() {
        return databaseProxy;
    }

    Node broker() {
        return broker;
    }

    /** The replicas of a service. */
    List<Node> replicas(Service service) {
        return List.copyOf(services.getOrDefault(service, List.of()));
    }

    /** All processes of services. */
    List<Node> nodes() {
        return services.values().stream().flatMap(List::stream).toList();
    }

    /** Starts all services; does not wait until they are ready. */
    void start() throws IOException {
        for (Node node : nodes()) {
            node.start();
        }
    }

    /** Starts what has ended by itself, and says so. */
    void reviveEnded(PrintStream progress) throws IOException {
        List<Node> all = new ArrayList<>(nodes());
        all.add(broker);
        for (Node node : all) {
            if (node.revive()) {
                progress.printf(
                        "         %s ended by itself and is started again: %s%n",
                        node.name(), node.lastWords());
            }
        }
    }

    void killDatabase() throws IOException {
        database.kill();
    }

    synchronized void startDatabase() throws IOException {
        if (!isClosed) {
            database = LocalPostgres.start(directory.resolve("postgres"), database.port());
        }
    }

    /** Reads from the database of a service, past the proxy. */
    <T> List<T> query(Service service, String sql, RowReader<T> reader) throws SQLException {
        try (Connection connection = database.dataSource(databaseOf(service)).getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<T> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(reader.read(result));
            }
            return rows;
        }
    }

    /** A number that the database of a service is asked for. */
    long number(Service service, String sql) throws SQLException {
        return query(service, sql, row -> row.getLong(1)).getFirst();
    }

    /** Reads a row of a result. */
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Leaves the logs where they are when all else is deleted. */
    Path keepLogs() {
        keepsLogs = true;
        return directory;
    }

    private void describe(Service service) throws IOException {
        Path jar = checkout.resolve(service.module()).resolve("target/quarkus-app/quarkus-run.jar");
        if (!Files.isRegularFile(jar)) {
            throw new IOException(
                    "service \"%s\" is not built: \"%s\" is missing; ./loramill builds it"
                            .formatted(service.label(), jar));
        }
        List<Node> replicas = new ArrayList<>();
        int count = REPLICATED.contains(service) ? REPLICAS : 1;
        for (int replica = 0; replica < count; replica++) {
            String name = count == 1 ? service.label() : service.label() + "-" + replica;
            int port = replica == 0 ? firstPort(service) : freePort();
            replicas.add(
                    new Node(
                            name,
                            port,
                            JavaCommand.ofJar(jar)
                                    .options(ServiceFlags.of(service))
                                    .options("-Djava.io.tmpdir=" + folder("tmp-" + name))
                                    .words(),
                            environment(service, name, port),
                            log(name)));
        }
        services.put(service, replicas);
    }

    private Map<String, String> environment(Service service, String name, int port)
            throws IOException {
        Map<String, String> environment = new HashMap<>();
        environment.put("LORAMILL_HOME", directory.toString());
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        environment.put("KAFKA_BOOTSTRAP_SERVERS", proxiedBootstrapServers());
        environment.put("LORAMILL_ARTIFACTS_DIRECTORY", folder("artifacts").toString());
        environment.put("LORAMILL_BASES_CATALOGUE", directory.resolve("bases.json").toString());
        environment.put("LORAMILL_INGEST_URL", "http://127.0.0.1:" + firstPort(Service.INGEST));
        environment.put("LORAMILL_CLEAN_URL", "http://127.0.0.1:" + firstPort(Service.CLEAN));
        environment.put("LORAMILL_CLEAN_STATE_DIRECTORY", folder("state-" + name).toString());
        environment.put("LORAMILL_WORKER_DIRECTORY", folder("work-" + name).toString());
        environment.put(
                "LORAMILL_WORKER_TRAINER_DIRECTORY",
                checkout.resolve("trainer/target/app").toString());
        environment.put("LORAMILL_SERVE_BASE", base);
        Path signingKey = directory.resolve("authority/announcements.pem");
        Path workerSecret = directory.resolve("authority/worker-secret");
        SigningKey.in(signingKey);
        SharedSecret.make(workerSecret);
        environment.put("LORAMILL_TRAIN_AUTHORITY_SIGNING_KEY", signingKey.toString());
        environment.put("LORAMILL_TRAIN_AUTHORITY_WORKER_SECRET", workerSecret.toString());
        environment.put("LORAMILL_WORKER_SECRET", workerSecret.toString());
        environment.put(
                "LORAMILL_SERVE_ADAPTERS_PUBLIC_KEYS",
                SigningKey.publicFile(signingKey).toString());
        // Models are made up here, and any library will do for them.
        environment.put(NativesLookup.FALLBACK_VARIABLE, NativesLookup.CLASS_PATH);
        if (WITH_DATABASE.contains(service)) {
            environment.put(
                    "QUARKUS_DATASOURCE_JDBC_URL",
                    "jdbc:postgresql://127.0.0.1:%d/%s"
                            .formatted(databaseProxy.port(), databaseOf(service)));
            environment.put("QUARKUS_DATASOURCE_USERNAME", database.user());
            environment.put("QUARKUS_DATASOURCE_PASSWORD", database.password());
        }
        return environment;
    }

    private String provideBase() throws IOException, InterruptedException {
        Path file = TinyLlama.standard().write(directory.resolve("tiny.gguf"));
        try {
            return new BaseProvider(
                            new LocalArtifactStore(folder("artifacts")),
                            directory.resolve("bases.json"),
                            folder("downloads"),
                            _ -> {})
                    .provide(file.toString())
                    .id();
        } catch (BaseException e) {
            throw new IOException("the tiny base is refused", e);
        }
    }

    private int firstPort(Service service) {
        Integer port = firstPorts.get(service);
        if (port == null) {
            throw new IllegalStateException("no port was chosen for " + service);
        }
        return port;
    }

    private static String databaseOf(Service service) {
        return "loramill_" + service.label();
    }

    private Path folder(String name) throws IOException {
        return Files.createDirectories(directory.resolve(name));
    }

    private Path log(String name) {
        return directory.resolve(name + ".log");
    }

    /**
     * A free port below those that systems give to outgoing connections, one of which could take it
     * before its service listens.
     */
    private static int freePort() throws IOException {
        IOException taken = new IOException("no port is free");
        for (int attempt = 0; attempt < PORT_TRIES; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
            try (ServerSocket socket =
                    new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                taken = e;
            }
        }
        throw taken;
    }

    private void end() {
        try {
            close();
        } catch (IOException e) {
            System.err.println("the stress left something in \"%s\": %s".formatted(directory, e));
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (isClosed) {
            return;
        }
        isClosed = true;
        nodes().forEach(Node::close);
        broker.close();
        try {
            database.close();
            kafkaProxy.close();
            databaseProxy.close();
        } finally {
            delete();
        }
    }

    private void delete() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!keepsLogs || !isLog(path)) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    private boolean isLog(Path path) {
        return path.equals(directory)
                || (directory.equals(path.getParent()) && path.toString().endsWith(".log"));
    }
}
