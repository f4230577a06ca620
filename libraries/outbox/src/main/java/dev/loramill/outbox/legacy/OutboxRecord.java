package dev.loramill.outbox.legacy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** A Kafka record that waits in the outbox. */
@SuppressWarnings("ArrayRecordComponent") // carried, never compared
record OutboxRecord(
        String topic, byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {
    OutboxRecord {
        headers = List.copyOf(headers);
    }

    static OutboxRecord of(ProducerRecord<String, byte[]> record) {
        return new OutboxRecord(
                record.topic(),
                bytes(record.key()),
                record.value(),
                List.of(record.headers().toArray()));
    }

    ProducerRecord<byte[], byte[]> toProducerRecord() {
        return new ProducerRecord<byte[], byte[]>(topic, null, key, value, headers);
    }

    static byte @Nullable [] bytes(@Nullable String key) {
        return key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    }
}
