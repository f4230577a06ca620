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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * One Kafka broker (KRaft, its own controller) in this JVM, on the loopback interface. What it
 * acknowledged is there again when it is started anew on the same directory, however it ended.
 */
public final class LocalKafka implements AutoCloseable {
    private static final String HOST = "127.0.0.1";

    private final KafkaRaftServer server;
    private final int port;
    private final Optional<KafkaSecurity> security;

    private LocalKafka(KafkaRaftServer server, int port, Optional<KafkaSecurity> security) {
        this.server = server;
        this.port = port;
        this.security = security;
    }

    /**
     * Starts a broker and waits until it serves.
     *
     * @param dataDirectory where its log lies; formatted when it holds none
     * @param port port to listen on, or 0 for a free one
     * @throws IOException when the directory cannot be formatted
     */
    public static LocalKafka start(Path dataDirectory, int port) throws IOException {
        return start(dataDirectory, port, Optional.empty());
    }

    /**
     * Starts a broker that wants TLS, a name and a password, and gives each program the rights of
     * {@link TopicAccess} once the topics are made.
     *
     * @param dataDirectory where its log lies; if it holds one already, one that was formatted with
     *     these secrets
     * @param port port to listen on, or 0 for a free one
     * @throws IOException when the directory cannot be formatted
     */
    public static LocalKafka startSecured(Path dataDirectory, int port, KafkaSecurity security)
            throws IOException {
        return start(dataDirectory, port, Optional.of(security));
    }

    private static LocalKafka start(Path dataDirectory, int port, Optional<KafkaSecurity> security)
            throws IOException {
        int brokerPort = port == 0 ? freePort() : port;
        Path directory = dataDirectory.toAbsolutePath();
        format(directory, security);
        Properties properties = properties(directory, brokerPort, freePort(), security);
        KafkaRaftServer server =
                new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
        server.startup();
        return new LocalKafka(server, brokerPort, security);
    }

    /** Address for clients, as {@code host:port}. */
    public String bootstrapServers() {
        return HOST + ":" + port;
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

    private static void format(Path directory, Optional<KafkaSecurity> security)
            throws IOException {
        Files.createDirectories(directory);
        if (Files.exists(directory.resolve("meta.properties"))) {
            return;
        }
        try {
            Formatter formatter =
                    new Formatter()
                            .setPrintStream(
                                    new PrintStream(
                                            OutputStream.nullOutputStream(),
                                            false,
                                            StandardCharsets.UTF_8))
                            .setClusterId(Uuid.randomUuid().toString())
                            .setNodeId(1)
                            .setControllerListenerName("CONTROLLER")
                            .setMetadataLogDirectory(directory.toString())
                            .addDirectory(directory.toString());
            security.ifPresent(secrets -> formatter.setScramArguments(secrets.scramArguments()));
            formatter.run();
        } catch (Exception e) {
            throw new IOException(
                    "cannot format \"%s\" for Kafka; it must be writable and empty"
                            .formatted(directory),
                    e);
        }
    }

    private static Properties properties(
            Path directory, int port, int controllerPort, Optional<KafkaSecurity> security) {
        String protocol = security.isPresent() ? KafkaSecurity.protocol() : "PLAINTEXT";
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
                        "CLIENTS:%s,CONTROLLER:PLAINTEXT".formatted(protocol),
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
        security.ifPresent(secrets -> properties.putAll(secrets.broker()));
        return properties;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            return socket.getLocalPort();
        }
    }
}
