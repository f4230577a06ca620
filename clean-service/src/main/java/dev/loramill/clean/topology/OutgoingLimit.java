package dev.loramill.clean.topology;

import dev.loramill.events.Topics;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The largest record that the topology sends on. A topic that takes less than it should is met
 * once: the transaction is aborted, the limit lowered, and when the row is taken again it is
 * refused as too large instead of stopping all others.
 */
public final class OutgoingLimit implements ProductionExceptionHandler {
    /** Largest record that topics of rows take, in bytes. */
    static final int MOST_BYTES = 8 << 20;

    /** What a batch of one record takes beside it, in bytes. */
    static final int OVERHEAD_BYTES = 1 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(OutgoingLimit.class);

    /** What Kafka's topics take unless they are told otherwise, in bytes. */
    private static final int KAFKAS_DEFAULT_BYTES = 1_000_000;

    /** Kafka Streams makes handlers by itself, so that they share nothing else. */
    private static final AtomicInteger LIMIT = new AtomicInteger(MOST_BYTES);

    /** Made by Kafka Streams. */
    public OutgoingLimit() {}

    /** Largest record that is sent on by a producer of a limit of its own, in bytes. */
    static int mostBytes(int maxRequestBytes) {
        return Math.min(LIMIT.get(), maxRequestBytes) - OVERHEAD_BYTES;
    }

    @Override
    public ProductionExceptionHandlerResponse handle(
            ErrorHandlerContext context,
            ProducerRecord<byte[], byte[]> record,
            Exception exception) {
        if (exception instanceof RecordTooLargeException
                && !record.topic().equals(Topics.deadLetters(Topics.ROWS_RECEIVED))) {
            int limit = lower(size(record));
            LOG.atError()
                    .addKeyValue("topic", record.topic())
                    .addKeyValue("length", size(record))
                    .addKeyValue("mostBytes", limit)
                    .setCause(exception)
                    .log("A topic takes less than it should, larger rows are refused from now on");
        }
        // Thrown on, so that nothing of this transaction takes effect and all of it is done again.
        return ProductionExceptionHandlerResponse.FAIL;
    }

    @Override
    public void configure(Map<String, ?> configs) {
        // Nothing to be set up.
    }

    /** As at the beginning, for tests. */
    static void reset() {
        LIMIT.set(MOST_BYTES);
    }

    private static int lower(int refusedBytes) {
        int lower =
                refusedBytes > KAFKAS_DEFAULT_BYTES ? KAFKAS_DEFAULT_BYTES : refusedBytes / 4 * 3;
        return LIMIT.updateAndGet(before -> Math.min(before, Math.max(lower, 64 << 10)));
    }

    private static int size(ProducerRecord<byte[], byte[]> record) {
        long bytes = OVERHEAD_BYTES;
        bytes += record.key() == null ? 0 : record.key().length;
        bytes += record.value() == null ? 0 : record.value().length;
        for (Header header : record.headers()) {
            byte[] value = header.value();
            bytes += header.key().length() + (value == null ? 0 : value.length) + 10;
        }
        return Math.toIntExact(Math.min(Integer.MAX_VALUE, bytes));
    }
}
