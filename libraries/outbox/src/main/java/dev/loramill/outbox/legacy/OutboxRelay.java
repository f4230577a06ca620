package dev.loramill.outbox.legacy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what lies in the outbox to Kafka, in the order of the table, and deletes it once Kafka has
 * acknowledged it: at least once, order kept for each key. Of several relays on one database one is
 * at work at a time. While the broker or the database is away it tries again, up to five seconds
 * apart.
 */
public final class OutboxRelay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
    private static final int BATCH_SIZE = 500;
    private static final Duration POLL_INTERVAL = Duration.ofMillis(250);
    private static final Duration PROBE_INTERVAL = Duration.ofSeconds(2);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    private final DataSource dataSource;
    private final String bootstrapServers;
    private final BrokerProbe probe;
    private final Thread thread;
    private final Semaphore wakeUps = new Semaphore(0);
    private @Nullable Producer<byte[], byte[]> producer;
    private long nextProbeNanos = System.nanoTime();
    private volatile boolean isStopping;
    private volatile @Nullable String fault = "the relay has not run yet";

    /**
     * Makes a relay; {@link #start()} sets it to work.
     *
     * @param dataSource connections to the database that holds the outbox
     * @param bootstrapServers Kafka's addresses
     */
    public OutboxRelay(DataSource dataSource, String bootstrapServers) {
        this.dataSource = dataSource;
        this.bootstrapServers = bootstrapServers;
        this.probe = new BrokerProbe(bootstrapServers);
        this.thread = Thread.ofPlatform().name("outbox-relay").daemon().unstarted(this::run);
    }

    /** Begins to send, in a thread of its own. */
    public void start() {
        thread.start();
    }

    /** Says that a transaction has committed, so that its events are sent at once. */
    public void wake() {
        wakeUps.release();
    }

    /** Whether Kafka and the database answered when they were last asked, at most seconds ago. */
    public boolean isHealthy() {
        return fault().isEmpty();
    }

    /** What keeps the relay from sending; empty when nothing does. */
    public Optional<String> fault() {
        if (!thread.isAlive()) {
            return Optional.of("the relay is not running");
        }
        return Optional.ofNullable(fault);
    }

    /**
     * Number of records that wait to be sent.
     *
     * @throws SQLException when the database does not answer
     */
    public long pending() throws SQLException {
        return Transactions.call(dataSource, OutboxTable::count);
    }

    /** Ends the sending after the batch at hand; what waits stays in the outbox. */
    @Override
    public void close() {
        isStopping = true;
        wake();
        try {
            thread.join(STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        probe.close();
    }

    private void run() {
        try {
            relayUntilStopped();
        } finally {
            closeProducer();
        }
    }

    private void relayUntilStopped() {
        Backoff backoff = new Backoff();
        while (!isStopping) {
            try {
                int sent = Transactions.call(dataSource, this::relay);
                requireBroker(sent > 0);
                backoff.afterSuccess();
                recovered();
                if (sent < BATCH_SIZE) {
                    pause(POLL_INTERVAL);
                }
            } catch (SQLException | KafkaException e) {
                failed(e);
                // What a producer still holds after a failure must not be sent after what comes.
                closeProducer();
                pause(backoff.afterFailure());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Sends the first records; returns how many Kafka acknowledged. */
    private int relay(Connection tx) throws SQLException {
        if (!OutboxTable.tryLockForRelay(tx)) {
            return 0;
        }
        List<OutboxTable.Row> rows = OutboxTable.first(tx, BATCH_SIZE);
        if (rows.isEmpty()) {
            return 0;
        }
        List<Future<RecordMetadata>> acknowledgements = new ArrayList<>(rows.size());
        Producer<byte[], byte[]> producer = openProducer();
        for (OutboxTable.Row row : rows) {
            acknowledgements.add(producer.send(row.record().toProducerRecord()));
        }
        producer.flush();
        for (Future<RecordMetadata> acknowledgement : acknowledgements) {
            requireAcknowledged(acknowledgement);
        }
        OutboxTable.delete(tx, rows);
        return rows.size();
    }

    private static void requireAcknowledged(Future<RecordMetadata> acknowledgement) {
        try {
            acknowledgement.get();
        } catch (ExecutionException e) {
            throw new KafkaException("Kafka did not take a record: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while sending", e);
        }
    }

    private Producer<byte[], byte[]> openProducer() {
        Producer<byte[], byte[]> open = producer;
        if (open == null) {
            open =
                    new KafkaProducer<>(
                            Map.of(
                                    ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                    bootstrapServers,
                                    ProducerConfig.ACKS_CONFIG,
                                    "all",
                                    ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                                    true,
                                    ProducerConfig.MAX_BLOCK_MS_CONFIG,
                                    5_000,
                                    ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                                    5_000,
                                    ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                                    10_000,
                                    ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                                    8 << 20),
                            new ByteArraySerializer(),
                            new ByteArraySerializer());
            producer = open;
        }
        return open;
    }

    private void closeProducer() {
        if (producer != null) {
            producer.close(Duration.ZERO);
            producer = null;
        }
    }

    private void requireBroker(boolean hasJustAnswered) throws InterruptedException {
        long now = System.nanoTime();
        if (hasJustAnswered) {
            nextProbeNanos = now + PROBE_INTERVAL.toNanos();
        } else if (now - nextProbeNanos >= 0) {
            if (!probe.isReachable()) {
                throw new KafkaException("the Kafka broker does not answer");
            }
            nextProbeNanos = System.nanoTime() + PROBE_INTERVAL.toNanos();
        }
    }

    private void pause(Duration duration) {
        try {
            if (wakeUps.tryAcquire(duration.toMillis(), TimeUnit.MILLISECONDS)) {
                wakeUps.drainPermits();
            }
        } catch (InterruptedException e) {
            isStopping = true;
            Thread.currentThread().interrupt();
        }
    }

    private void failed(Exception e) {
        if (fault == null) {
            LOG.atWarn().setCause(e).log("The outbox cannot be relayed and is tried again");
        }
        fault = String.valueOf(e.getMessage());
    }

    private void recovered() {
        if (fault != null) {
            LOG.atInfo().log("The outbox is being relayed");
        }
        fault = null;
    }
}
