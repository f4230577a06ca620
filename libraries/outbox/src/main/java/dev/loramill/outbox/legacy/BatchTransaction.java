package dev.loramill.outbox.legacy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One transaction for the effect of a batch, its offsets and its dead letters. */
final class BatchTransaction {
    private static final Logger LOG = LoggerFactory.getLogger(BatchTransaction.class);

    private final DataSource dataSource;
    private final OffsetTable offsets;
    private final BatchEffect effect;

    BatchTransaction(DataSource dataSource, OffsetTable offsets, BatchEffect effect) {
        this.dataSource = dataSource;
        this.offsets = offsets;
        this.effect = effect;
    }

    /**
     * Takes effect and commits; when the handler condemns a record, begins anew without it.
     *
     * @param stored offsets as this consumer knows them to be stored
     * @return offsets that are stored now
     * @throws IllegalStateException when the stored offsets are others
     */
    Map<TopicPartition, Long> run(
            ConsumerRecords<String, byte[]> records, Map<TopicPartition, OptionalLong> stored)
            throws SQLException {
        List<DeadLetter> condemned = new ArrayList<>();
        while (true) {
            try {
                return Transactions.call(
                        dataSource, tx -> takeEffect(tx, records, stored, condemned));
            } catch (PoisonEventException e) {
                condemned.add(find(live(records, condemned), e));
            }
        }
    }

    private Map<TopicPartition, Long> takeEffect(
            Connection tx,
            ConsumerRecords<String, byte[]> records,
            Map<TopicPartition, OptionalLong> stored,
            List<DeadLetter> condemned)
            throws SQLException {
        Map<TopicPartition, Long> next = new HashMap<>();
        for (TopicPartition partition : records.partitions()) {
            long to = records.records(partition).getLast().offset() + 1;
            OptionalLong from = stored.getOrDefault(partition, OptionalLong.empty());
            if (!offsets.advance(tx, partition, from, to)) {
                throw new IllegalStateException(
                        "another consumer of the group has moved the stored offset of %s"
                                .formatted(partition));
            }
            next.put(partition, to);
        }
        List<DeadLetter> deadLetters = new ArrayList<>(condemned);
        List<ConsumerRecord<String, byte[]>> live = live(records, condemned);
        if (!live.isEmpty()) {
            deadLetters.addAll(effect.take(tx, live));
        }
        for (DeadLetter letter : deadLetters) {
            OutboxTable.insert(tx, letter.toOutboxRecord());
            LOG.atWarn()
                    .addKeyValue("topic", letter.record().topic())
                    .addKeyValue("partition", letter.record().partition())
                    .addKeyValue("offset", letter.record().offset())
                    .addKeyValue("cause", letter.cause().getClass().getSimpleName())
                    .log("A record goes to the dead-letter queue");
        }
        return next;
    }

    private static List<ConsumerRecord<String, byte[]>> live(
            ConsumerRecords<String, byte[]> records, List<DeadLetter> condemned) {
        List<ConsumerRecord<String, byte[]>> live = new ArrayList<>(records.count());
        for (ConsumerRecord<String, byte[]> record : records) {
            if (condemned.stream().noneMatch(letter -> letter.isOf(record))) {
                live.add(record);
            }
        }
        return live;
    }

    private static DeadLetter find(
            List<ConsumerRecord<String, byte[]>> records, PoisonEventException e) {
        for (ConsumerRecord<String, byte[]> record : records) {
            if (e.condemns(record)) {
                return new DeadLetter(record, e);
            }
        }
        throw new IllegalStateException("a handler condemned a record that is not in its batch", e);
    }
}
