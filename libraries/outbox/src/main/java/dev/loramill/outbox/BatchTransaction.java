package dev.loramill.outbox;

import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.UnreadableEventException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * One transaction for the effect of a batch, its offsets and its dead letters. A bean of its own,
 * because a retry around it must begin a new transaction each time.
 */
@ApplicationScoped
class BatchTransaction {
    /** One order for all, so that two consumers never wait for one another. */
    private static final Comparator<TopicPartition> ORDER =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    private final ConsumerOffsetRepository offsets;
    private final Outbox outbox;

    BatchTransaction(ConsumerOffsetRepository offsets, Outbox outbox) {
        this.offsets = offsets;
        this.outbox = outbox;
    }

    /** Records of a poll, each partition's together and in order. */
    static List<ConsumerRecord<String, byte[]>> inOrder(ConsumerRecords<String, byte[]> batch) {
        return batch.partitions().stream()
                .sorted(ORDER)
                .flatMap(partition -> batch.records(partition).stream())
                .toList();
    }

    /**
     * Takes effect with the records that have not taken effect before.
     *
     * @param batch records as {@link #inOrder} has them, or a part of these, not empty
     */
    @Transactional(rollbackOn = Throwable.class)
    public void run(String group, List<ConsumerRecord<String, byte[]>> batch, RecordHandler handler)
            throws Exception {
        List<ConsumerRecord<String, byte[]>> fresh = moveOffsets(group, batch);
        if (fresh.isEmpty()) {
            return;
        }
        DeadLetters deadLetters = new DeadLetters(outbox::maxRequestBytes);
        handler.handle(fresh, deadLetters);
        outbox.insert(deadLetters.rows(), true);
    }

    /**
     * Passes over a record, which goes to the dead letters unless it has taken effect before.
     *
     * @param fault why it cannot take effect
     */
    @Transactional(rollbackOn = Throwable.class)
    public void condemn(String group, ConsumerRecord<String, byte[]> record, Throwable fault) {
        if (!moveOffsets(group, List.of(record)).isEmpty()) {
            DeadLetters deadLetters = new DeadLetters(outbox::maxRequestBytes);
            deadLetters.add(record, new RejectedRecordException(fault));
            outbox.insert(deadLetters.rows(), true);
        }
    }

    /** Moves the stored offsets behind records; returns those that had not taken effect. */
    private List<ConsumerRecord<String, byte[]>> moveOffsets(
            String group, List<ConsumerRecord<String, byte[]>> batch) {
        List<ConsumerRecord<String, byte[]>> fresh = new ArrayList<>(batch.size());
        int from = 0;
        while (from < batch.size()) {
            TopicPartition partition = partition(batch.get(from));
            int to = from;
            ConsumerOffset stored =
                    offsets.lock(
                            new ConsumerOffset.Id(group, partition.topic(), partition.partition()));
            while (to < batch.size() && partition(batch.get(to)).equals(partition)) {
                if (batch.get(to).offset() >= stored.nextOffset) {
                    fresh.add(batch.get(to));
                }
                to++;
            }
            stored.nextOffset = Math.max(stored.nextOffset, batch.get(to - 1).offset() + 1);
            from = to;
        }
        return fresh;
    }

    private static TopicPartition partition(ConsumerRecord<String, byte[]> record) {
        return new TopicPartition(record.topic(), record.partition());
    }

    /** A handler of records that reads them as events; those that are none are dead letters. */
    static RecordHandler reading(EventHandler handler) {
        return (batch, deadLetters) -> {
            List<ConsumedEvent> events = new ArrayList<>(batch.size());
            for (ConsumerRecord<String, byte[]> record : batch) {
                try {
                    EventEnvelope envelope = KafkaEvents.read(record);
                    events.add(new ConsumedEvent(record, envelope));
                } catch (UnreadableEventException e) {
                    deadLetters.add(record, e);
                }
            }
            if (!events.isEmpty()) {
                handler.handle(events, deadLetters);
            }
        };
    }
}
