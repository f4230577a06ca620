package dev.loramill.outbox.legacy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consumes topics so that each record takes effect on the database exactly once: the offsets are
 * stored in the transaction of the effect, and moved only from where this consumer knows them to
 * be.
 *
 * <p>Order: that of each partition. Faults: a batch that fails is undone and handled again, up to
 * five seconds apart, for as long as it takes; a record that is no event, or that the handler
 * condemns by {@link PoisonEventException}, is put in the outbox for the topic's dead-letter queue
 * in the same transaction. Only committed records are read. The tables come from the class path
 * location {@code db/outbox}; an {@link OutboxRelay} on the same database sends the dead letters.
 */
public final class TransactionalConsumer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionalConsumer.class);
    private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(3);

    private final DataSource dataSource;
    private final List<String> topics;
    private final Runnable afterCommit;
    private final OffsetTable offsets;
    private final BatchTransaction transaction;
    private final Consumer<String, byte[]> consumer;
    private final Thread thread;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable String fault = "the consumer has not joined its group yet";
    private volatile long lag;

    // Of the consumer's thread only.
    private final Map<TopicPartition, OptionalLong> stored = new HashMap<>();
    private final BrokerContact contact = new BrokerContact();
    private boolean hasJoined;
    private boolean isPositioned = true;
    private boolean isFailing;

    private TransactionalConsumer(Builder builder, BatchEffect effect) {
        this.dataSource = builder.dataSource;
        this.topics = builder.topics;
        this.afterCommit = builder.afterCommit;
        this.offsets = new OffsetTable(builder.group);
        this.transaction = new BatchTransaction(dataSource, offsets, effect);
        this.consumer =
                new KafkaConsumer<>(
                        builder.config(), new StringDeserializer(), new ByteArrayDeserializer());
        this.thread =
                Thread.ofPlatform().name("consumer-" + builder.group).daemon().unstarted(this::run);
    }

    /**
     * Begins to describe a consumer.
     *
     * @param group name under which its offsets are stored; consumers of one group share the
     *     partitions
     * @param dataSource connections to the database that holds the tables of {@code db/outbox}
     * @param bootstrapServers Kafka's addresses
     */
    public static Builder builder(String group, DataSource dataSource, String bootstrapServers) {
        return new Builder(group, dataSource, bootstrapServers);
    }

    /** Begins to consume, in a thread of its own. */
    public void start() {
        thread.start();
    }

    /** Whether the group was joined, the broker answers and the last batch took effect. */
    public boolean isHealthy() {
        return fault().isEmpty();
    }

    /** What keeps records from taking effect; empty when nothing does. */
    public Optional<String> fault() {
        if (!thread.isAlive()) {
            return Optional.of("the consumer is not running");
        }
        return Optional.ofNullable(fault);
    }

    /** Number of records that were there when Kafka was last asked and have not taken effect. */
    public long lag() {
        return lag;
    }

    /** Ends after the batch at hand and leaves the group. */
    @Override
    public void close() {
        stopping.countDown();
        if (thread.getState() == Thread.State.NEW) {
            leave();
            return;
        }
        consumer.wakeup();
        try {
            thread.join(STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Backoff backoff = new Backoff();
        try {
            consumer.subscribe(topics, new Rebalances());
            while (stopping.getCount() > 0) {
                try {
                    step();
                    backoff.afterSuccess();
                } catch (WakeupException e) {
                    // close() was called, and the condition of the loop ends it.
                } catch (SQLException | RuntimeException e) {
                    failed(e);
                    stopping.await(backoff.afterFailure().toMillis(), TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            leave();
        }
    }

    private void step() throws SQLException {
        if (!isPositioned) {
            position();
        }
        ConsumerRecords<String, byte[]> records = consumer.poll(POLL_TIMEOUT);
        if (!records.isEmpty()) {
            transaction
                    .run(records, stored)
                    .forEach((partition, next) -> stored.put(partition, OptionalLong.of(next)));
            isFailing = false;
            afterCommit.run();
        }
        observe();
    }

    /** Sets every partition to its stored offset, and lets it flow. */
    private void position() throws SQLException {
        Set<TopicPartition> assigned = consumer.assignment();
        stored.clear();
        try (Connection connection = dataSource.getConnection()) {
            for (TopicPartition partition : assigned) {
                OptionalLong next = offsets.read(connection, partition);
                stored.put(partition, next);
                if (next.isPresent()) {
                    consumer.seek(partition, next.getAsLong());
                } else {
                    consumer.seekToBeginning(List.of(partition));
                }
            }
        }
        consumer.resume(assigned);
        isPositioned = true;
    }

    private void observe() {
        long records = 0;
        boolean isLagKnown = true;
        for (TopicPartition partition : consumer.assignment()) {
            OptionalLong behind = consumer.currentLag(partition);
            records += behind.orElse(0);
            isLagKnown &= behind.isPresent();
        }
        lag = records;
        if (isFailing && isLagKnown && records == 0) {
            // What failed was no batch, or another consumer of the group has processed it.
            isFailing = false;
        }
        if (isFailing) {
            return;
        }
        if (!contact.isAlive(consumer.metrics())) {
            fault = "the Kafka broker does not answer";
        } else if (hasJoined) {
            if (fault != null) {
                LOG.atInfo().addKeyValue("topics", topics).log("Topics are being consumed");
            }
            fault = null;
        }
    }

    private void failed(Exception e) {
        if (!isFailing) {
            LOG.atError()
                    .addKeyValue("topics", topics)
                    .setCause(e)
                    .log("A batch did not take effect and is handled again");
        }
        isFailing = true;
        isPositioned = false;
        fault = e.toString();
    }

    private void leave() {
        consumer.close(CloseOptions.timeout(LEAVE_TIMEOUT));
    }

    /** Holds newly assigned partitions until they are set to their stored offsets. */
    private final class Rebalances implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            consumer.pause(partitions);
            hasJoined = true;
            isPositioned = false;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            partitions.forEach(stored::remove);
        }
    }

    /** Describes a consumer. */
    public static final class Builder {
        private static final int SESSION_MILLIS = 6_000;
        private static final int HEARTBEAT_MILLIS = 1_500;

        private final String group;
        private final DataSource dataSource;
        private final String bootstrapServers;
        private List<String> topics = List.of();
        private Runnable afterCommit = () -> {};
        private int maxPollRecords = 500;
        private @Nullable BatchEffect effect;

        private Builder(String group, DataSource dataSource, String bootstrapServers) {
            this.group = group;
            this.dataSource = dataSource;
            this.bootstrapServers = bootstrapServers;
        }

        /** Topics to consume, at least one. */
        public Builder topics(String... topics) {
            this.topics = List.of(topics);
            return this;
        }

        /** Effect of events; records that are none go to the dead-letter queue. */
        public Builder handler(BatchHandler handler) {
            this.effect = BatchEffect.of(handler);
            return this;
        }

        /** Effect of records that need not be events, instead of {@link #handler}. */
        public Builder handlerRaw(RawBatchHandler handler) {
            this.effect = BatchEffect.ofRaw(handler);
            return this;
        }

        /** Largest number of records in a batch, and so in a transaction; 500 by default. */
        public Builder maxPollRecords(int count) {
            if (count < 1) {
                throw new IllegalArgumentException(
                        "maxPollRecords must be at least 1, got " + count);
            }
            this.maxPollRecords = count;
            return this;
        }

        /** What to do after each commit, such as {@code relay::wake}; must not throw or block. */
        public Builder afterCommit(Runnable action) {
            this.afterCommit = action;
            return this;
        }

        /**
         * Makes the consumer; {@link TransactionalConsumer#start()} sets it to work.
         *
         * @throws IllegalStateException when topics or handler are missing
         */
        public TransactionalConsumer build() {
            if (topics.isEmpty() || effect == null) {
                throw new IllegalStateException(
                        "consumer \"%s\" needs topics and a handler".formatted(group));
            }
            return new TransactionalConsumer(this, effect);
        }

        /** Makes the consumer and sets it to work. */
        public TransactionalConsumer start() {
            TransactionalConsumer consumer = build();
            consumer.start();
            return consumer;
        }

        private Map<String, Object> config() {
            return Map.of(
                    ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
                    ConsumerConfig.GROUP_ID_CONFIG, group,
                    ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false,
                    ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                    ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                    ConsumerConfig.MAX_POLL_RECORDS_CONFIG, maxPollRecords,
                    ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MILLIS,
                    ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, HEARTBEAT_MILLIS,
                    ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        }
    }
}
