package dev.loramill.ingest.submitted;

import dev.loramill.ingest.source.SourceConfig;
import dev.loramill.messaging.Trace;
import dev.loramill.outbox.ConsumedOffsets;
import dev.loramill.outbox.DeadLetters;
import dev.loramill.outbox.Inbox;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.header.Header;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jspecify.annotations.Nullable;

/**
 * Listens to the topic of submitted rows. Delivery: at least once, effect exactly once, since the
 * offsets are stored in the transaction of the effect. Idempotency key: partition, offset and place
 * in the record. Ordering: that of the partition. Faults: a wrong row is refused as such; a record
 * that belongs to no open dataset goes to the dead-letter queue; a fault of the database is retried
 * for as long as it lasts.
 */
@ApplicationScoped
class RowsSubmittedListener {
    /** Header that names the dataset of a record. */
    static final String DATASET_HEADER = "loramill-dataset";

    /** Channel of the submitted records. */
    static final String CHANNEL = "rows-submitted";

    /** Kept of a record that is too large. */
    private static final int BEGINNING_BYTES = 1 << 10;

    private final Inbox inbox;
    private final SubmittedRows rows;
    private final ConsumedOffsets offsets;
    private final SubmittedTopic topic;
    private final int maxRecordBytes;

    RowsSubmittedListener(
            Inbox inbox,
            SubmittedRows rows,
            ConsumedOffsets offsets,
            SubmittedTopic topic,
            SourceConfig config) {
        this.inbox = inbox;
        this.rows = rows;
        this.offsets = offsets;
        this.topic = topic;
        this.maxRecordBytes = Math.toIntExact(config.maxRecordBytes().asLongValue());
    }

    @Incoming(CHANNEL)
    @Blocking
    void consume(ConsumerRecords<String, byte[]> batch) {
        inbox.takeRecords(CHANNEL, batch, this::take);
    }

    /** A record, and what it says. */
    private record Read(ConsumerRecord<String, byte[]> record, Submission submission) {}

    private void take(List<ConsumerRecord<String, byte[]>> batch, DeadLetters deadLetters) {
        List<Read> read = new ArrayList<>(batch.size());
        for (ConsumerRecord<String, byte[]> record : batch) {
            // Before anything is made of it: a few bytes on Kafka can unpack to very many.
            if (record.value() != null && record.value().length > maxRecordBytes) {
                deadLetters.add(
                        beginning(record),
                        "the record has %,d bytes, allowed are %,d; send its rows in several"
                                .formatted(record.value().length, maxRecordBytes));
                continue;
            }
            try {
                read.add(new Read(record, Submission.read(dataset(record), record.value())));
            } catch (UnattributableException e) {
                deadLetters.add(record, e);
            }
        }
        SubmittedRows.Intake intake =
                rows.begin(
                        read.stream()
                                .map(one -> one.submission().datasetId())
                                .collect(Collectors.toCollection(TreeSet::new)));
        Map<Integer, String> topicIds = offsets.topicIds(CHANNEL);
        Map<Integer, String> sources = new HashMap<>();
        for (Read one : read) {
            String source =
                    sources.computeIfAbsent(
                            one.record().partition(),
                            partition -> topic.source(partition, topicIds));
            try {
                accept(intake, one, source);
            } catch (UnattributableException e) {
                deadLetters.add(one.record(), e);
            }
        }
        intake.complete();
    }

    private static void accept(SubmittedRows.Intake intake, Read read, String source) {
        ConsumerRecord<String, byte[]> record = read.record();
        intake.accept(
                read.submission(),
                source,
                record.offset(),
                Instant.ofEpochMilli(Math.max(0, record.timestamp())),
                Trace.of(record.headers()));
    }

    private static ConsumerRecord<String, byte[]> beginning(ConsumerRecord<String, byte[]> record) {
        return new ConsumerRecord<>(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.timestampType(),
                record.serializedKeySize(),
                record.serializedValueSize(),
                record.key(),
                Arrays.copyOf(record.value(), BEGINNING_BYTES),
                record.headers(),
                record.leaderEpoch());
    }

    private static @Nullable String dataset(ConsumerRecord<String, byte[]> record) {
        Header header = record.headers().lastHeader(DATASET_HEADER);
        return header == null || header.value() == null
                ? null
                : new String(header.value(), StandardCharsets.UTF_8);
    }
}
