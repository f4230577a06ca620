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

    /** Takes effect with the records that have not taken effect before. */
    @Transactional(rollbackOn = Exception.class)
    public void run(String group, ConsumerRecords<String, byte[]> batch, RecordHandler handler)
            throws Exception {
        List<ConsumerRecord<String, byte[]>> fresh = new ArrayList<>(batch.count());
        for (TopicPartition partition : batch.partitions().stream().sorted(ORDER).toList()) {
            List<ConsumerRecord<String, byte[]>> records = batch.records(partition);
            ConsumerOffset stored =
                    offsets.lock(
                            new ConsumerOffset.Id(group, partition.topic(), partition.partition()));
            for (ConsumerRecord<String, byte[]> record : records) {
                if (record.offset() >= stored.nextOffset) {
                    fresh.add(record);
                }
            }
            stored.nextOffset = Math.max(stored.nextOffset, records.getLast().offset() + 1);
        }
        if (fresh.isEmpty()) {
            return;
        }
        DeadLetters deadLetters = new DeadLetters(outbox::maxRequestBytes);
        handler.handle(fresh, deadLetters);
        outbox.insert(deadLetters.rows(), true);
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
