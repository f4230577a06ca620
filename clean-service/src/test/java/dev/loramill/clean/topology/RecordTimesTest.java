package dev.loramill.clean.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class RecordTimesTest {
    @Test
    void aRecordWithoutATimeHasTheTimeZeroAndAllElseStays() {
        ConsumerRecords<byte[], byte[]> records = records(-1, 7);

        ConsumerRecords<byte[], byte[]> timed = new RecordTimes().onConsume(records);

        assertThat(timed).extracting(ConsumerRecord::timestamp).containsExactly(0L, 7L);
        assertThat(timed).extracting(ConsumerRecord::offset).containsExactly(0L, 1L);
        assertThat(timed.iterator().next().value()).containsExactly(5);
    }

    @Test
    void recordsWithTimesAreHandedOnAsTheyAre() {
        ConsumerRecords<byte[], byte[]> records = records(0, 7);

        assertThat(new RecordTimes().onConsume(records)).isSameAs(records);
    }

    private static ConsumerRecords<byte[], byte[]> records(long... timestamps) {
        List<ConsumerRecord<byte[], byte[]>> records = new java.util.ArrayList<>();
        for (int offset = 0; offset < timestamps.length; offset++) {
            records.add(
                    new ConsumerRecord<>(
                            "t",
                            0,
                            offset,
                            timestamps[offset],
                            TimestampType.CREATE_TIME,
                            0,
                            1,
                            new byte[0],
                            new byte[] {5},
                            new RecordHeaders(),
                            Optional.empty()));
        }
        return new ConsumerRecords<>(Map.of(new TopicPartition("t", 0), records), Map.of());
    }
}
