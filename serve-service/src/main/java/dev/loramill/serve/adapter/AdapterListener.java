package dev.loramill.serve.adapter;

import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.Topics;
import dev.loramill.events.UnreadableEventException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jboss.logging.Logger;

/**
 * Reads the compacted topic {@code loramill.adapters} from its beginning, in no consumer group, so
 * that every replica comes to serve the same adapters. Up to where the topic ended at the start
 * only the last announcement of each adapter counts; then each is applied as it comes.
 *
 * <p>Delivery: at least once. Idempotency key: the adapter id. Ordering: per adapter. Failure:
 * records that are no announcements are logged and passed over, since every replica reads them at
 * every start; when the broker is away the listener waits for it and goes on where it was.
 */
final class AdapterListener {
    private static final Logger LOGGER = Logger.getLogger(AdapterListener.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration ROUND_TRIP = Duration.ofSeconds(2);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private final String bootstrapServers;
    private final AdapterRoster roster;
    private final Thread thread;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private final Map<String, AdapterRoster.Announcement> latest = new LinkedHashMap<>();
    private Instant lastRetry = Instant.EPOCH;
    private volatile boolean isCaughtUp;
    private volatile Instant lastContact = Instant.EPOCH;
    private volatile String fault = "it has not answered yet";

    /**
     * How the listener is doing.
     *
     * @param isCaughtUp the topic was read to where it ended at the start
     * @param isBrokerThere the broker answered in the last seconds
     * @param fault sentence for a person, of the last failure
     */
    record Health(boolean isCaughtUp, boolean isBrokerThere, String fault) {}

    AdapterListener(String bootstrapServers, AdapterRoster roster) {
        this.roster = roster;
        this.bootstrapServers = bootstrapServers;
        this.thread = Thread.ofPlatform().name("adapters-listener").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void stop() throws InterruptedException {
        stopping.countDown();
        thread.join();
    }

    Health health() {
        boolean isBrokerThere = lastContact.isAfter(Instant.now().minus(SILENCE));
        return new Health(isCaughtUp, isBrokerThere, fault);
    }

    private void run() {
        try {
            while (stopping.getCount() > 0) {
                try (KafkaConsumer<String, byte[]> consumer = open()) {
                    listen(consumer);
                } catch (RuntimeException e) {
                    complain(e);
                    if (stopping.await(ROUND_TRIP.toMillis(), TimeUnit.MILLISECONDS)) {
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private KafkaConsumer<String, byte[]> open() {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                        2_000),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    private void complain(RuntimeException e) {
        String reason = String.valueOf(e.getMessage());
        if (!reason.equals(fault)) {
            LOGGER.warnf("Adapters not followed topic=%s reason=%s", Topics.ADAPTERS, reason);
        }
        fault = reason;
    }

    private void listen(KafkaConsumer<String, byte[]> consumer) {
        begin(consumer);
        while (stopping.getCount() > 0) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                take(record);
                positions.put(
                        new TopicPartition(record.topic(), record.partition()),
                        record.offset() + 1);
            }
            if (!isCaughtUp && isAtEnd(consumer)) {
                latest.values().forEach(roster::announced);
                latest.clear();
                isCaughtUp = true;
                LOGGER.infof("Adapters read to the end topic=%s", Topics.ADAPTERS);
            }
            Instant now = Instant.now();
            if (lastContact.isBefore(now.minus(ROUND_TRIP))) {
                consumer.endOffsets(consumer.assignment(), ROUND_TRIP);
                lastContact = now;
                fault = "it is silent";
            }
            if (isCaughtUp && lastRetry.isBefore(now.minus(RETRY))) {
                roster.retry();
                lastRetry = now;
            }
        }
    }

    /** Goes on where it was, or else begins at the beginning. */
    private void begin(KafkaConsumer<String, byte[]> consumer) {
        List<TopicPartition> partitions =
                consumer.partitionsFor(Topics.ADAPTERS, ROUND_TRIP).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList();
        if (partitions.isEmpty()) {
            throw new IllegalStateException(
                    "topic \"%s\" does not exist yet".formatted(Topics.ADAPTERS));
        }
        consumer.assign(partitions);
        Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions, ROUND_TRIP);
        Map<TopicPartition, Long> currentEnds = consumer.endOffsets(partitions, ROUND_TRIP);
        for (TopicPartition partition : partitions) {
            long beginning = beginnings.getOrDefault(partition, 0L);
            long end = currentEnds.getOrDefault(partition, 0L);
            long position = positions.getOrDefault(partition, beginning);
            // A position behind the end is one of a log that is no longer there.
            consumer.seek(partition, position > end ? beginning : position);
            ends.put(partition, end);
        }
        lastContact = Instant.now();
    }

    private boolean isAtEnd(KafkaConsumer<String, byte[]> consumer) {
        return ends.entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey(), ROUND_TRIP) >= end.getValue());
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        if (record.value() == null) {
            latest.remove(record.key());
            roster.forgotten(record.key());
            return;
        }
        try {
            EventEnvelope envelope = KafkaEvents.read(record);
            if (!(envelope.event() instanceof AdapterAnnounced adapter)) {
                passOver(record, "it holds another kind of event");
                return;
            }
            Instant seenAt = isCaughtUp ? envelope.time() : Instant.now();
            AdapterRoster.Announcement announcement =
                    new AdapterRoster.Announcement(adapter, record.offset(), seenAt);
            if (isCaughtUp) {
                roster.announced(announcement);
            } else {
                // Taken out first: of two adapters with one name the later announced one counts.
                latest.remove(adapter.adapterId());
                latest.put(adapter.adapterId(), announcement);
            }
        } catch (UnreadableEventException e) {
            passOver(record, String.valueOf(e.getMessage()));
        }
    }

    private static void passOver(ConsumerRecord<String, byte[]> record, String reason) {
        LOGGER.warnf(
                "Record passed over topic=%s partition=%d offset=%d reason=%s",
                record.topic(), record.partition(), record.offset(), reason);
    }
}
