package dev.loramill.clean.topology;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Gives records without a time, on which Kafka Streams would end, the time 0; an extractor of
 * timestamps would not reach the inner topics.
 */
public final class RecordTimes implements ConsumerInterceptor<byte[], byte[]> {
    /** Made by Kafka. */
    public RecordTimes() {}

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
        boolean isFine =
                StreamSupport.stream(records.spliterator(), false)
                        .allMatch(record -> record.timestamp() >= 0);
        if (isFine) {
            return records;
        }
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> timed = new HashMap<>();
        for (TopicPartition partition : records.partitions()) {
            timed.put(
                    partition,
                    records.records(partition).stream().map(RecordTimes::timed).toList());
        }
        return new ConsumerRecords<>(timed, records.nextOffsets());
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        // Of no interest.
    }

    @Override
    public void close() {
        // Nothing to be closed.
    }

    @Override
    public void configure(Map<String, ?> configs) {
        // Nothing to be set up.
    }

    private static ConsumerRecord<byte[], byte[]> timed(ConsumerRecord<byte[], byte[]> record) {
        return record.timestamp() >= 0
                ? record
                : new ConsumerRecord<>(
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        0,
                        record.timestampType(),
                        record.serializedKeySize(),
                        record.serializedValueSize(),
                        record.key(),
                        record.value(),
                        record.headers(),
                        record.leaderEpoch(),
                        Optional.empty());
    }
}
