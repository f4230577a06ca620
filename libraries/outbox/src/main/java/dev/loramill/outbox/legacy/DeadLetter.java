package dev.loramill.outbox.legacy;

import dev.loramill.events.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** A record that nobody can process, and why. */
record DeadLetter(ConsumerRecord<String, byte[]> record, RuntimeException cause) {
    boolean isOf(ConsumerRecord<String, byte[]> other) {
        return record.offset() == other.offset()
                && record.partition() == other.partition()
                && record.topic().equals(other.topic());
    }

    /** The record for the dead-letter queue: unchanged, with five headers more. */
    OutboxRecord toOutboxRecord() {
        List<Header> headers = new ArrayList<>(List.of(record.headers().toArray()));
        headers.add(header("dead-letter-reason", String.valueOf(cause.getMessage())));
        headers.add(header("dead-letter-cause", cause.getClass().getName()));
        headers.add(header("dead-letter-topic", record.topic()));
        headers.add(header("dead-letter-partition", Integer.toString(record.partition())));
        headers.add(header("dead-letter-offset", Long.toString(record.offset())));
        return new OutboxRecord(
                Topics.deadLetters(record.topic()),
                OutboxRecord.bytes(record.key()),
                record.value(),
                headers);
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
