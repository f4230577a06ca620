package dev.loramill.outbox;

import dev.loramill.events.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records of a batch that can never take effect. They go to the dead-letter queues of their topics,
 * unchanged but for the headers that SmallRye's own dead-letter queues have, by the outbox and in
 * the transaction of the batch; so each costs an insert and no more.
 */
public final class DeadLetters {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

    private final List<OutboxRow> rows = new ArrayList<>();

    DeadLetters() {}

    /**
     * Condemns an event.
     *
     * @param reason what is wrong with it, in words for a person
     */
    public void add(ConsumedEvent event, String reason) {
        add(event.record(), new RejectedRecordException(reason));
    }

    /**
     * Condemns a record.
     *
     * @param reason what is wrong with it, in words for a person
     */
    public void add(ConsumerRecord<String, byte[]> record, String reason) {
        add(record, new RejectedRecordException(reason));
    }

    /**
     * Condemns a record.
     *
     * @param cause what was thrown when it was read; its message is the reason
     */
    public void add(ConsumerRecord<String, byte[]> record, Exception cause) {
        rows.add(
                OutboxRow.of(
                        Topics.deadLetters(record.topic()),
                        record.key(),
                        record.value(),
                        headers(record, cause)));
        LOG.atWarn()
                .addKeyValue("topic", record.topic())
                .addKeyValue("partition", record.partition())
                .addKeyValue("offset", record.offset())
                .addKeyValue("cause", cause.getClass().getSimpleName())
                .log("A record goes to the dead-letter queue");
    }

    List<OutboxRow> rows() {
        return rows;
    }

    private static List<Header> headers(ConsumerRecord<String, byte[]> record, Exception fault) {
        List<Header> headers = new ArrayList<>(List.of(record.headers().toArray()));
        headers.add(header("dead-letter-exception-class-name", fault.getClass().getName()));
        headers.add(header("dead-letter-reason", String.valueOf(fault.getMessage())));
        Throwable cause = fault.getCause();
        if (cause != null) {
            headers.add(header("dead-letter-cause-class-name", cause.getClass().getName()));
            headers.add(header("dead-letter-cause", String.valueOf(cause.getMessage())));
        }
        headers.add(header("dead-letter-topic", record.topic()));
        headers.add(header("dead-letter-partition", Integer.toString(record.partition())));
        headers.add(header("dead-letter-offset", Long.toString(record.offset())));
        return headers;
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
