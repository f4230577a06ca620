package dev.loramill.local;

import dev.loramill.events.Program;
import dev.loramill.topics.TopicAccess;
import dev.loramill.topics.TopicSetup;
import dev.loramill.topics.TopicsException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * One Kafka broker (KRaft, its own controller) in this JVM, on the loopback interface. What it
 * acknowledged is there again when it is started anew on the same directory, however its process
 * ended; that of a guarded broker also survives a loss of power.
 */
public final class LocalKafka implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final String OPEN = "PLAINTEXT";
    private static final Duration PASSWORDS_WITHIN = Duration.ofSeconds(30);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final KafkaRaftServer server;
    private final int port;
    private final int controllerPort;
    private final Optional<KafkaSecurity> security;

    private LocalKafka(
            KafkaRaftServer server,
            int port,
            int controllerPort,
            Optional<KafkaSecurity> security) {
        this.server = server;
        this.port = port;
        this.controllerPort = controllerPort;
        this.security = security;
    }

    /**
     * Starts a broker that is open to everybody on this machine, for tests, and waits until it
     * serves. What it acknowledged may still be in the memory of the system only.
     *
     * @param dataDirectory where its log lies; formatted when it holds none
     * @param port port to listen on, or 0 for a free one
     * @throws IOException when the directory cannot be formatted
     */
    public static LocalKafka start(Path dataDirectory, int port) throws IOException {
        return start(dataDirectory, port, Optional.empty(), Optional.empty());
    }

    /**
     * A second way to a broker, for clients that are to come through something in between: they
     * find the broker again where they came from.
     *
     * @param port port that the broker listens on for them
     * @param advertisedPort port that it tells them
     */
    public record Detour(int port, int advertisedPort) {}

    /**
     * Starts an open broker, as {@link #start(Path, int)} does, that has a second way to it.
     *
     * @throws IOException when the directory cannot be formatted
     */
    public static LocalKafka start(Path dataDirectory, int port, Detour detour) throws IOException {
        return start(dataDirectory, port, Optional.empty(), Optional.of(detour));
    }

    /**
     * Starts a broker that wants a name and a password, sets those of the secrets, and gives each
     * program the rights of {@link TopicAccess} once the topics are made. It acknowledges a record
     * when the disk has it.
     *
     * @param dataDirectory where its log lies; formatted when it holds none. One of an open broker,
     *     or of one with other secrets, is taken too
     * @param port port to listen on, or 0 for a free one
     * @throws IOException when the directory cannot be formatted, or the passwords cannot be set
     */
    public static LocalKafka startSecured(Path dataDirectory, int port, KafkaSecurity security)
            throws IOException {
        return start(dataDirectory, port, Optional.of(security), Optional.empty());
    }

    private static LocalKafka start(
            Path dataDirectory, int port, Optional<KafkaSecurity> security, Optional<Detour> detour)
            throws IOException {
        int brokerPort = port == 0 ? freePort() : port;
        Path directory = dataDirectory.toAbsolutePath();
        format(directory);
        int controllerPort = freePort();
        Properties properties = properties(directory, brokerPort, controllerPort, security);
        detour.ifPresent(way -> add(way, properties));
        KafkaRaftServer server =
                new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
        server.startup();
        LocalKafka broker = new LocalKafka(server, brokerPort, controllerPort, security);
        if (security.isPresent()) {
            try {
                broker.setPasswords(security.get());
                broker.awaitPasswords();
            } catch (IOException | RuntimeException e) {
                broker.close();
                throw e;
            }
        }
        return broker;
    }

    private void setPasswords(KafkaSecurity security) throws IOException {
        Map<String, Object> settings = new HashMap<>(security.ofBroker());
        settings.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers());
        try (Admin admin = Admin.create(settings)) {
            admin.alterUserScramCredentials(security.credentials()).all().get();
        } catch (ExecutionException e) {
            throw new IOException("the passwords of Kafka cannot be set", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while setting passwords", e);
        }
    }

    /** Waits until the broker has heard of the passwords from its controller. */
    private void awaitPasswords() throws IOException {
        long deadline = System.nanoTime() + PASSWORDS_WITHIN.toNanos();
        try {
            while (!takesPasswords()) {
                if (System.nanoTime() > deadline) {
                    throw new IOException(
                            "Kafka does not take the administrator's password after %d s"
                                    .formatted(PASSWORDS_WITHIN.toSeconds()));
                }
                Thread.sleep(LOOK_AGAIN);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for Kafka's passwords", e);
        }
    }

    private boolean takesPasswords() throws IOException, InterruptedException {
        try (Admin admin = Admin.create(admin())) {
            admin.describeCluster().nodes().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthenticationException) {
                return false;
            }
            throw new IOException("Kafka does not answer its administrator", e.getCause());
        }
    }

    /** Address for clients, as {@code host:port}. */
    public String bootstrapServers() {
        return HOST + ":" + port;
    }

    /** Address of the controller, which speaks to its broker only, as {@code host:port}. */
    String controller() {
        return HOST + ":" + controllerPort;
    }

    /** Port that the broker listens on. */
    public int port() {
        return port;
    }

    /** Client settings of one who may do everything, the address included. */
    public Map<String, Object> admin() {
        Map<String, Object> settings = new HashMap<>();
        security.ifPresent(secrets -> settings.putAll(secrets.admin()));
        settings.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers());
        return settings;
    }

    /**
     * Makes all topics of Loramill and their dead-letter queues, and corrects those that differ
     * from their descriptions.
     *
     * @return what was made, changed and left wrong
     * @throws IOException when the broker refuses
     */
    public TopicSetup.Applied createTopics() throws IOException {
        try (Admin admin = Admin.create(admin())) {
            TopicSetup setup = new TopicSetup(admin);
            TopicSetup.Applied applied = setup.apply();
            if (security.isPresent()) {
                setup.grant(
                        Arrays.stream(Program.values())
                                .map(program ->
                                        TopicAccess.of(
                                                program, TopicAccess.defaultPrincipal(program)))
                                .flatMap(List::stream)
                                .toList());
            }
            return applied;
        } catch (TopicsException e) {
            throw new IOException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while making topics", e);
        }
    }

    /** Stops the broker in order; its data stays. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static void format(Path directory) throws IOException {
        Files.createDirectories(directory);
        if (Files.exists(directory.resolve("meta.properties"))) {
            return;
        }
        try {
            new Formatter()
                    .setPrintStream(
                            new PrintStream(
                                    OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(1)
                    .setControllerListenerName("CONTROLLER")
                    .setMetadataLogDirectory(directory.toString())
                    .addDirectory(directory.toString())
                    .run();
        } catch (Exception e) {
            throw new IOException(
                    "cannot format \"%s\" for Kafka; it must be writable and empty"
                            .formatted(directory),
                    e);
        }
    }

    private static Properties properties(
            Path directory, int port, int controllerPort, Optional<KafkaSecurity> security) {
        String protocol = security.map(KafkaSecurity::protocol).orElse(OPEN);
        String controllerProtocol =
                security.isPresent() ? KafkaSecurity.controllerProtocol() : OPEN;
        Properties properties = new Properties();
        properties.putAll(
                Map.of(
                        "process.roles",
                        "broker,controller",
                        "node.id",
                        "1",
                        "controller.quorum.voters",
                        "1@%s:%d".formatted(HOST, controllerPort),
                        "listeners",
                        "CLIENTS://%s:%d,CONTROLLER://%s:%d"
                                .formatted(HOST, port, HOST, controllerPort),
                        "advertised.listeners",
                        "CLIENTS://%s:%d".formatted(HOST, port),
                        "listener.security.protocol.map",
                        "CLIENTS:%s,CONTROLLER:%s".formatted(protocol, controllerProtocol),
                        "controller.listener.names",
                        "CONTROLLER",
                        "inter.broker.listener.name",
                        "CLIENTS",
                        "log.dirs",
                        directory.toString(),
                        "auto.create.topics.enable",
                        "false"));
        properties.putAll(
                Map.of(
                        "offsets.topic.replication.factor",
                        "1",
                        "transaction.state.log.replication.factor",
                        "1",
                        "transaction.state.log.min.isr",
                        "1",
                        "share.coordinator.state.topic.replication.factor",
                        "1",
                        "share.coordinator.state.topic.min.isr",
                        "1",
                        // The defaults of 50 serve big clusters; each costs files and start time.
                        "offsets.topic.num.partitions",
                        "4",
                        "transaction.state.log.num.partitions",
                        "4"));
        properties.putAll(
                Map.of(
                        "group.initial.rebalance.delay.ms",
                        "0",
                        // Shorter sessions fence a broker that is only starved of CPU, which breaks
                        // the sequences of idempotent producers; longer ones delay the start after
                        // a kill, because the killed broker's session has to end first.
                        "broker.session.timeout.ms",
                        "6000",
                        "broker.heartbeat.interval.ms",
                        "500",
                        "log.cleaner.min.cleanable.ratio",
                        "0.1",
                        "log.cleaner.dedupe.buffer.size",
                        Long.toString(4L << 20),
                        "message.max.bytes",
                        Integer.toString(8 << 20),
                        "num.network.threads",
                        "2",
                        "num.io.threads",
                        "4"));
        security.ifPresent(secrets -> {
            properties.putAll(secrets.broker());
            // The disk has every record before it is acknowledged; a cluster's copies on other
            // machines are not there to do the same.
            properties.put("log.flush.interval.messages", "1");
        });
        return properties;
    }

    private static void add(Detour detour, Properties properties) {
        append(properties, "listeners", "DETOUR://%s:%d".formatted(HOST, detour.port()));
        append(
                properties,
                "advertised.listeners",
                "DETOUR://%s:%d".formatted(HOST, detour.advertisedPort()));
        append(properties, "listener.security.protocol.map", "DETOUR:" + OPEN);
    }

    private static void append(Properties properties, String name, String value) {
        properties.setProperty(name, properties.getProperty(name) + "," + value);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            return socket.getLocalPort();
        }
    }
}
