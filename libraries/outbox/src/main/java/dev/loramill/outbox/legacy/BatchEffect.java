package dev.loramill.outbox.legacy;

import dev.loramill.events.KafkaEvents;
import dev.loramill.events.UnreadableEventException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What the records of a batch do to the database; finds those that can do nothing. */
@FunctionalInterface
interface BatchEffect {
    /** Takes effect, and returns the records that turned out to be no events. */
    List<DeadLetter> take(Connection tx, List<ConsumerRecord<String, byte[]>> records)
            throws SQLException;

    /** The effect of events. */
    static BatchEffect of(BatchHandler handler) {
        return (tx, records) -> {
            List<DeadLetter> unreadable = new ArrayList<>();
            List<ConsumedEvent> events = new ArrayList<>(records.size());
            for (ConsumerRecord<String, byte[]> record : records) {
                try {
                    events.add(
                            new ConsumedEvent(
                                    record.topic(),
                                    record.partition(),
                                    record.offset(),
                                    record.key(),
                                    KafkaEvents.read(record)));
                } catch (UnreadableEventException e) {
                    unreadable.add(new DeadLetter(record, e));
                }
            }
            if (!events.isEmpty()) {
                handler.handle(tx, events);
            }
            return unreadable;
        };
    }

    /** The effect of records that the handler reads by itself. */
    static BatchEffect ofRaw(RawBatchHandler handler) {
        return (tx, records) -> {
            handler.handle(tx, records);
            return List.of();
        };
    }
}
