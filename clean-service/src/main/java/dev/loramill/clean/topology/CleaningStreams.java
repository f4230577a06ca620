package dev.loramill.clean.topology;

import dev.loramill.clean.recipe.RecipeLookup;
import dev.loramill.events.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running topology: exactly once from {@code rows.received} to {@code rows.cleaned} and {@code
 * rows.rejected}. Waits for its topics when they are not there yet; a thread that fails is replaced
 * and goes on where the last transaction ended.
 */
public final class CleaningStreams implements AutoCloseable {
    /** Kafka Streams' application id: consumer group, prefix of its own topics. */
    public static final String APPLICATION_ID = "loramill-clean";

    private static final Logger LOG = LoggerFactory.getLogger(CleaningStreams.class);
    private static final Duration TOPICS_POLL = Duration.ofMillis(500);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
    private static final int SESSION_MILLIS = 6_000;
    private static final int HEARTBEAT_MILLIS = 1_500;
    private static final int MAX_RECORD_BYTES = 8 << 20;

    private final String bootstrapServers;
    private final KafkaStreams streams;
    private final Thread starter;
    private volatile @Nullable String fault = "the topology has not started";
    private volatile boolean isClosed;

    /**
     * Makes the topology ready; {@link #start()} sets it to work.
     *
     * @param bootstrapServers Kafka's addresses
     * @param stateDirectory where the state stores lie; may be empty or missing
     * @param threads threads that clean
     * @param recipes where recipes are found
     */
    public CleaningStreams(
            String bootstrapServers, Path stateDirectory, int threads, RecipeLookup recipes) {
        this.bootstrapServers = bootstrapServers;
        this.streams =
                new KafkaStreams(
                        CleaningTopology.build(
                                recipes, Stores.persistentKeyValueStore(FindDuplicate.STORE)),
                        properties(bootstrapServers, stateDirectory, threads));
        this.starter =
                Thread.ofPlatform().daemon().name("clean-topology-start").unstarted(this::run);
        streams.setUncaughtExceptionHandler(e -> {
            LOG.atError().setCause(e).log("A thread of the topology failed, it is replaced");
            fault = "a thread failed: " + e;
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
        streams.setStateListener((now, before) -> {
            LOG.atInfo()
                    .addKeyValue("state", now)
                    .addKeyValue("before", before)
                    .log("The topology changed its state");
            if (now == KafkaStreams.State.RUNNING) {
                fault = null;
            }
        });
    }

    /** Begins to clean as soon as the topics are there. */
    public void start() {
        starter.start();
    }

    /** What keeps rows from being cleaned; empty when nothing does. */
    public Optional<String> fault() {
        if (!streams.state().isRunningOrRebalancing()) {
            String reason = fault;
            return Optional.of(
                    reason == null ? "the topology is in state " + streams.state().name() : reason);
        }
        return Optional.empty();
    }

    /** Ends after the transaction at hand. */
    @Override
    public void close() {
        isClosed = true;
        starter.interrupt();
        streams.close(CLOSE_TIMEOUT);
    }

    private void run() {
        try {
            awaitTopics();
            if (!isClosed) {
                streams.start();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitTopics() throws InterruptedException {
        List<String> wanted =
                List.of(
                        Topics.ROWS_RECEIVED,
                        Topics.ROWS_CLEANED,
                        Topics.ROWS_REJECTED,
                        Topics.deadLetters(Topics.ROWS_RECEIVED));
        Properties config = new Properties();
        config.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        try (Admin admin = Admin.create(config)) {
            while (!isClosed) {
                try {
                    if (admin.listTopics().names().get(10, TimeUnit.SECONDS).containsAll(wanted)) {
                        return;
                    }
                    fault = "the topics %s are not all there".formatted(wanted);
                } catch (ExecutionException | TimeoutException e) {
                    fault = "Kafka at %s does not answer".formatted(bootstrapServers);
                }
                Thread.sleep(TOPICS_POLL);
            }
        }
    }

    private static Properties properties(
            String bootstrapServers, Path stateDirectory, int threads) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION_ID);
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toAbsolutePath().toString());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, -1);
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 4 << 20);
        properties.put(
                StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class.getName());
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        properties.put(StreamsConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        // A killed process is missed for the length of a session before its work goes on.
        properties.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
                SESSION_MILLIS);
        properties.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
                HEARTBEAT_MILLIS);
        properties.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
                MAX_RECORD_BYTES);
        return properties;
    }
}
