package dev.loramill.worker.agent;

import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptCancelled;
import dev.loramill.events.Event;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.Topics;
import dev.loramill.events.TrainingAssignment;
import dev.loramill.events.UnreadableEventException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@link Topics#TRAINING_ASSIGNMENTS} for one worker.
 *
 * <p>Delivery: at least once, from the worker's own stored offsets; no consumer group, since each
 * worker reads the whole topic. Idempotency key: the attempt's epoch. Ordering: that of the
 * worker's partition. A record that cannot be read is logged and passed over. A worker that starts
 * for the first time begins at the end: nobody could have meant it before.
 */
public final class AssignmentListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AssignmentListener.class);
    private static final Duration POLL = Duration.ofMillis(500);

    private final String workerId;
    private final Agent agent;
    private final AgentState state;
    private final Consumer<String, byte[]> consumer;
    private final Thread thread;
    private volatile boolean isStopping;

    /** A listener that is not yet started. */
    public AssignmentListener(
            String bootstrapServers, String workerId, Agent agent, AgentState state) {
        this.workerId = workerId;
        this.agent = agent;
        this.state = state;
        this.consumer =
                new KafkaConsumer<>(
                        Map.of(
                                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                bootstrapServers,
                                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                                "read_committed",
                                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                                false,
                                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                                "earliest"),
                        new StringDeserializer(),
                        new ByteArrayDeserializer());
        this.thread = Thread.ofPlatform().name("assignments").unstarted(this::listen);
    }

    /**
     * Takes its position and begins to read. Until this returns, the worker must not announce
     * itself: an assignment made earlier would be missed.
     */
    public void start() {
        List<TopicPartition> partitions =
                consumer.partitionsFor(Topics.TRAINING_ASSIGNMENTS).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList();
        consumer.assign(partitions);
        Map<Integer, Long> positions = state.positions();
        for (TopicPartition partition : partitions) {
            Long stored = positions.get(partition.partition());
            if (stored == null) {
                consumer.seekToEnd(List.of(partition));
                state.readUpTo(partition.partition(), consumer.position(partition));
            } else {
                consumer.seek(partition, stored);
            }
        }
        thread.start();
    }

    /** Whether the listener reads; false once its thread has ended. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    private void listen() {
        while (!isStopping) {
            try {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    handle(record);
                    state.readUpTo(record.partition(), record.offset() + 1);
                }
            } catch (WakeupException | InterruptException | InterruptedException e) {
                if (!isStopping) {
                    LOG.warn("The assignments listener was interrupted and goes on");
                }
            } catch (KafkaException e) {
                LOG.warn("Assignments cannot be read, trying again: reason={}", e.toString());
            }
        }
        consumer.close();
    }

    private void handle(ConsumerRecord<String, byte[]> record) throws InterruptedException {
        if (!workerId.equals(record.key())) {
            return;
        }
        Event event;
        try {
            event = KafkaEvents.read(record).event();
        } catch (UnreadableEventException e) {
            LOG.error(
                    "An assignment cannot be read and is passed over: partition={} offset={}",
                    record.partition(),
                    record.offset(),
                    e);
            return;
        }
        if (event instanceof TrainingAssignment assignment) {
            switch (assignment) {
                case AttemptAssigned assigned -> agent.assign(assigned);
                case AttemptCancelled cancelled -> agent.cancel(cancelled);
            }
        }
    }

    @Override
    public void close() {
        isStopping = true;
        consumer.wakeup();
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
