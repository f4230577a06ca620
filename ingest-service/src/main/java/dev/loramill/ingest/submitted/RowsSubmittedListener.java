package dev.loramill.ingest.submitted;

import dev.loramill.messaging.Trace;
import dev.loramill.outbox.DeadLetters;
import dev.loramill.outbox.Inbox;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
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

    private final Inbox inbox;
    private final SubmittedRows rows;

    RowsSubmittedListener(Inbox inbox, SubmittedRows rows) {
        this.inbox = inbox;
        this.rows = rows;
    }

    @Incoming(CHANNEL)
    @Blocking
    void consume(ConsumerRecords<String, byte[]> batch) {
        inbox.takeRecords(CHANNEL, batch, this::take);
    }

    private void take(List<ConsumerRecord<String, byte[]>> batch, DeadLetters deadLetters) {
        SubmittedRows.Intake intake = rows.begin();
        for (ConsumerRecord<String, byte[]> record : batch) {
            try {
                accept(intake, record);
            } catch (UnattributableException e) {
                deadLetters.add(record, e);
            }
        }
        intake.complete();
    }

    private static void accept(SubmittedRows.Intake intake, ConsumerRecord<String, byte[]> record) {
        intake.accept(
                Submission.read(dataset(record), record.value()),
                record.partition(),
                record.offset(),
                Instant.ofEpochMilli(Math.max(0, record.timestamp())),
                Trace.of(record.headers()));
    }

    private static @Nullable String dataset(ConsumerRecord<String, byte[]> record) {
        Header header = record.headers().lastHeader(DATASET_HEADER);
        return header == null || header.value() == null
                ? null
                : new String(header.value(), StandardCharsets.UTF_8);
    }
}
