package dev.loramill.worker.agent;

import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptCancelled;
import dev.loramill.events.Event;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.Topics;
import dev.loramill.events.TrainingAssignment;
import dev.loramill.events.UnreadableEventException;
import dev.loramill.messaging.Deliveries;
import dev.loramill.messaging.Stopping;
import dev.loramill.messaging.Trace;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.annotations.Blocking;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@link Topics#TRAINING_ASSIGNMENTS} for one worker, in a consumer group of its own, since
 * each worker reads the whole topic.
 *
 * <p>Delivery: at least once. Idempotency key: the attempt's epoch. Ordering: that of the worker's
 * partition. Failure: a record that is not train-service's, or cannot be read, is logged and passed
 * over; an assignment that cannot be taken is reported as failed; anything else is tried again,
 * without heartbeats. A worker that starts for the first time begins at the end: nobody could have
 * meant it before.
 */
@ApplicationScoped
@Identifier(AssignmentsListener.CHANNEL)
class AssignmentsListener implements KafkaConsumerRebalanceListener {
    static final String CHANNEL = "assignments";

    private static final Logger LOG = LoggerFactory.getLogger(AssignmentsListener.class);
    private static final Duration ROUND_TRIP = Duration.ofSeconds(2);

    private final WorkerLifecycle worker;
    private final Deliveries deliveries;
    private final Stopping stopping;
    private final WorkerSecret secret;
    private volatile boolean isAssigned;

    AssignmentsListener(
            WorkerLifecycle worker, Deliveries deliveries, Stopping stopping, WorkerSecret secret) {
        this.worker = worker;
        this.deliveries = deliveries;
        this.stopping = stopping;
        this.secret = secret;
    }

    /** Why nothing that comes is heard at the moment. */
    Optional<String> fault() {
        return isAssigned ? Optional.empty() : Optional.of("assignments are not read yet");
    }

    @Incoming(CHANNEL)
    @Blocking
    void consume(ConsumerRecords<String, byte[]> batch) throws Exception {
        deliveries.deliver(CHANNEL, () -> take(batch));
    }

    private void take(ConsumerRecords<String, byte[]> batch) throws InterruptedException {
        for (ConsumerRecord<String, byte[]> record : batch) {
            take(record);
        }
    }

    private void take(ConsumerRecord<String, byte[]> record) throws InterruptedException {
        if (!worker.id().equals(record.key())) {
            return;
        }
        Optional<String> forgery = secret.fault(record);
        if (forgery.isPresent()) {
            LOG.atWarn()
                    .addKeyValue("topic", record.topic())
                    .addKeyValue("partition", record.partition())
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("reason", forgery.get())
                    .log("An assignment is not of train-service and is passed over");
            return;
        }
        Event event;
        try {
            event = KafkaEvents.read(record).event();
        } catch (UnreadableEventException e) {
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("topic", record.topic())
                    .addKeyValue("partition", record.partition())
                    .addKeyValue("offset", record.offset())
                    .log("An assignment cannot be read and is passed over");
            return;
        }
        Agent agent = worker.agent().orElseThrow();
        if (event instanceof TrainingAssignment assignment) {
            switch (assignment) {
                case AttemptAssigned assigned -> {
                    if (isMeant(assigned)) {
                        Trace.in(Trace.of(record.headers()), () -> agent.assign(assigned));
                    }
                }
                case AttemptCancelled cancelled -> agent.cancel(cancelled);
            }
        }
    }

    /** Two workers may have one id, and then read the same assignments. */
    private boolean isMeant(AttemptAssigned assigned) {
        String instance = assigned.instance();
        boolean isMeant =
                assigned.attempt().workerId().equals(worker.id())
                        && (instance == null || instance.equals(worker.instance()));
        if (!isMeant) {
            LOG.atWarn()
                    .addKeyValue("workerId", worker.id())
                    .addKeyValue("jobId", assigned.attempt().jobId())
                    .addKeyValue("epoch", assigned.attempt().epoch())
                    .log("An assignment is for another worker of this id and is passed over");
        }
        return isMeant;
    }

    /**
     * Takes its position, and has the group remember it: from now on nothing that is meant for the
     * worker is missed, so it may announce itself. Waits for the broker.
     */
    @Override
    public void onPartitionsAssigned(
            Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        while (!partitions.isEmpty() && !stopping.hasBegun()) {
            try {
                remember(consumer, partitions);
                isAssigned = true;
                return;
            } catch (RuntimeException e) {
                LOG.atWarn()
                        .addKeyValue("topic", Topics.TRAINING_ASSIGNMENTS)
                        .addKeyValue("reason", e.toString())
                        .log("The place in the assignments is not known yet");
                pause();
            }
        }
    }

    @Override
    public void onPartitionsRevoked(
            Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        isAssigned = false;
    }

    @Override
    public void onPartitionsLost(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        isAssigned = false;
    }

    private static void remember(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> committed =
                consumer.committed(Set.copyOf(partitions), ROUND_TRIP);
        Map<TopicPartition, OffsetAndMetadata> unknown = new HashMap<>();
        for (TopicPartition partition : partitions) {
            if (committed.get(partition) == null) {
                long position = consumer.position(partition, ROUND_TRIP);
                unknown.put(partition, new OffsetAndMetadata(position));
            }
        }
        if (!unknown.isEmpty()) {
            consumer.commitSync(unknown, ROUND_TRIP);
        }
    }

    private static void pause() {
        try {
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
