package dev.loramill.serve.adapter;

import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.Topics;
import dev.loramill.events.UnreadableEventException;
import dev.loramill.messaging.Deliveries;
import dev.loramill.messaging.Stopping;
import dev.loramill.messaging.Trace;
import dev.loramill.serve.engine.EngineState;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.ChannelRegistry;
import io.smallrye.reactive.messaging.annotations.Blocking;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the compacted topic {@code loramill.adapters} from its beginning, in a consumer group of
 * its own that stores no offsets, so that every replica comes to serve the same adapters. Begins
 * when the base is loaded.
 *
 * <p>Delivery: at least once. Idempotency key: place in the topic. Ordering: per adapter, by the
 * revisions of its announcements. Failure: records that are no announcements, or that train-service
 * did not sign, are logged and passed over, since every replica reads them at every start; when the
 * broker is away the listener waits for it and goes on where it was.
 */
@ApplicationScoped
@Identifier("adapters")
class AdaptersListener implements KafkaConsumerRebalanceListener {
    private static final Logger LOG = LoggerFactory.getLogger(AdaptersListener.class);
    private static final String CHANNEL = "adapters";
    private static final Duration ROUND_TRIP = Duration.ofSeconds(2);
    private static final int ENOUGH_QUIET_LOOKS = 3;

    private final Adapters adapters;
    private final Deliveries deliveries;
    private final KafkaClientService clients;
    private final ChannelRegistry channels;
    private final Stopping stopping;
    private final AnnouncementAuthority authority;
    private final TopicProgress progress = new TopicProgress();
    private int quietLooks;

    AdaptersListener(
            Adapters adapters,
            Deliveries deliveries,
            KafkaClientService clients,
            ChannelRegistry channels,
            Stopping stopping,
            AnnouncementAuthority authority) {
        this.adapters = adapters;
        this.deliveries = deliveries;
        this.clients = clients;
        this.channels = channels;
        this.stopping = stopping;
        this.authority = authority;
    }

    /** Runs when the base is loaded and adapters can be. */
    void begin(@Observes @Priority(2) EngineState.Serving serving) {
        synchronized (this) {
            quietLooks = 0;
        }
        channels.getPausable(CHANNEL).resume();
        completeIfAtEnd();
    }

    @Incoming(CHANNEL)
    @Blocking
    void consume(ConsumerRecords<String, byte[]> batch) throws Exception {
        deliveries.deliver(CHANNEL, () -> take(batch));
    }

    private synchronized void take(ConsumerRecords<String, byte[]> batch) {
        quietLooks = 0;
        for (ConsumerRecord<String, byte[]> record : batch) {
            // Records that were read before partitions were assigned anew come again.
            if (!progress.isTaken(record.partition(), record.offset())) {
                take(record);
            }
        }
        adapters.reconcile();
        for (TopicPartition partition : batch.partitions()) {
            progress.taken(partition.partition(), batch.records(partition).getLast().offset() + 1);
        }
        completeIfAtEnd();
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        Optional<String> forgery = authority.fault(record);
        if (forgery.isPresent()) {
            passOver(record, forgery.get());
            return;
        }
        if (record.value() == null) {
            adapters.deleted(
                    record.partition(),
                    record.offset(),
                    record.key(),
                    Instant.ofEpochMilli(record.timestamp()));
            return;
        }
        try {
            EventEnvelope envelope = KafkaEvents.read(record);
            if (envelope.event() instanceof AdapterAnnounced adapter) {
                Instant seenAt = adapters.isComplete() ? envelope.time() : Instant.now();
                adapters.announced(
                        record.partition(),
                        record.offset(),
                        new Announcement(
                                adapter, envelope.time(), seenAt, Trace.of(record.headers())));
            } else {
                passOver(record, "it holds another kind of event");
            }
        } catch (UnreadableEventException e) {
            passOver(record, String.valueOf(e.getMessage()));
        }
    }

    private static void passOver(ConsumerRecord<String, byte[]> record, String reason) {
        LOG.atWarn()
                .addKeyValue("topic", record.topic())
                .addKeyValue("partition", record.partition())
                .addKeyValue("offset", record.offset())
                .addKeyValue("reason", reason)
                .log("Record passed over");
    }

    private void completeIfAtEnd() {
        if (progress.isAtEnd()) {
            complete();
        }
    }

    private void complete() {
        if (adapters.complete()) {
            LOG.atInfo().addKeyValue("topic", Topics.ADAPTERS).log("Adapters read to the end");
        }
    }

    /**
     * Finds the end of a topic whose last offsets hold no record for a listener, because they were
     * compacted away or are a transaction's: the consumer is past them, and nothing has come for
     * some seconds.
     */
    @Scheduled(
            every = "1s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    void lookForTheEnd() {
        if (adapters.isComplete() || !clients.getConsumerChannels().contains(CHANNEL)) {
            return;
        }
        boolean isPast = progress.isAtEnd(positions());
        synchronized (this) {
            boolean isQuiet = isPast && !channels.getPausable(CHANNEL).isPaused();
            quietLooks = isQuiet ? quietLooks + 1 : 0;
            if (quietLooks >= ENOUGH_QUIET_LOOKS) {
                complete();
            }
        }
    }

    private Map<Integer, Long> positions() {
        Map<Integer, Long> positions = new HashMap<>();
        clients.getConsumer(CHANNEL)
                .getPositions()
                .onFailure()
                .recoverWithItem(Map.of())
                .await()
                .atMost(ROUND_TRIP.multipliedBy(2))
                .forEach((partition, position) -> positions.put(partition.partition(), position));
        return positions;
    }

    /**
     * Goes on where it was, or else begins at the beginning. Waits for the broker: were it to
     * throw, the consumer would begin wherever it likes.
     */
    @Override
    public void onPartitionsAssigned(
            Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        while (!stopping.hasBegun()) {
            try {
                seek(consumer, partitions);
                return;
            } catch (RuntimeException e) {
                LOG.atWarn()
                        .addKeyValue("topic", Topics.ADAPTERS)
                        .addKeyValue("reason", e.getMessage())
                        .log("The ends of the topic are not known yet");
                pause();
            }
        }
    }

    private void seek(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions, ROUND_TRIP);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, ROUND_TRIP);
        for (TopicPartition partition : partitions) {
            long end = ends.getOrDefault(partition, 0L);
            if (progress.isNew(partition.partition(), end)) {
                adapters.restarted(partition.partition());
            }
            consumer.seek(
                    partition,
                    progress.assigned(
                            partition.partition(), beginnings.getOrDefault(partition, 0L), end));
        }
        completeIfAtEnd();
    }

    private static void pause() {
        try {
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
