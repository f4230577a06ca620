package dev.loramill.outbox;

import dev.loramill.messaging.Deliveries;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has each record of a channel take effect on the database exactly once: the offsets are stored in
 * the transaction of the effect, and records below them fall away. A record that is no event, or
 * that the handler condemns, goes to the dead-letter queue of its topic in the same transaction.
 *
 * <p>A batch that fails is undone. While database, broker or disk are away it is handled again for
 * as long as it takes. A fault of any other kind lies in a record: the batch is halved until that
 * record stands alone, and if it fails {@value #MIN_TRIES} times and for {@value #MIN_MILLIS} ms it
 * goes to the dead letters, so that what is behind it goes on.
 *
 * <p>A channel that is consumed through it also has the rebalance listener {@code stored-offsets},
 * so that it begins where the database stands, not where Kafka does.
 */
@ApplicationScoped
public class Inbox {
    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);

    /** A record at fault is tried so often at least, and so long, before it is passed over. */
    private static final int MIN_TRIES = 3;

    private static final long MIN_MILLIS = 200;
    private static final long PAUSE_MILLIS = 50;

    private final Deliveries deliveries;
    private final BatchTransaction transaction;
    private final Config config;

    Inbox(Deliveries deliveries, BatchTransaction transaction, Config config) {
        this.deliveries = deliveries;
        this.transaction = transaction;
        this.config = config;
    }

    /**
     * Takes in a batch of events.
     *
     * @param channel channel that it came by, which names the group
     */
    public void take(String channel, ConsumerRecords<String, byte[]> batch, EventHandler handler) {
        deliver(channel, batch, BatchTransaction.reading(handler));
    }

    /**
     * Takes in a batch of records that need not be events.
     *
     * @param channel channel that it came by, which names the group
     */
    public void takeRecords(
            String channel, ConsumerRecords<String, byte[]> batch, RecordHandler handler) {
        deliver(channel, batch, handler);
    }

    private void deliver(
            String channel, ConsumerRecords<String, byte[]> batch, RecordHandler handler) {
        String group =
                config.getValue(
                        "mp.messaging.incoming.%s.group.id".formatted(channel), String.class);
        List<ConsumerRecord<String, byte[]>> records = BatchTransaction.inOrder(batch);
        try {
            deliveries.deliver(channel, () -> new Division(channel, group, handler).take(records));
        } catch (Exception e) {
            // Only when the application stops. The channel need not know: the next start begins at
            // the stored offset, which has not moved.
            LOG.atInfo()
                    .addKeyValue("channel", channel)
                    .addKeyValue("cause", e)
                    .log("A batch did not take effect before the end; the next start takes it up");
        }
    }

    /** Has a batch take effect, whole or in ever smaller parts. */
    private final class Division {
        private final String channel;
        private final String group;
        private final RecordHandler handler;
        private long firstFaultNanos;
        private int faults;

        Division(String channel, String group, RecordHandler handler) {
            this.channel = channel;
            this.group = group;
            this.handler = handler;
        }

        void take(List<ConsumerRecord<String, byte[]>> records) throws Exception {
            if (!records.isEmpty()) {
                take(records, 1);
            }
        }

        /**
         * Takes a part of the batch.
         *
         * @param tries how often its records will have been tried
         */
        private void take(List<ConsumerRecord<String, byte[]>> records, int tries)
                throws Exception {
            Throwable fault = tryToRun(records);
            if (fault == null) {
                return;
            }
            if (records.size() > 1) {
                int half = records.size() / 2;
                take(records.subList(0, half), tries + 1);
                take(records.subList(half, records.size()), tries + 1);
                return;
            }
            int tried = tries;
            while (tried < MIN_TRIES || millisSinceFirstFault() < MIN_MILLIS) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                fault = tryToRun(records);
                if (fault == null) {
                    return;
                }
                tried++;
            }
            transaction.condemn(group, records.getFirst(), fault);
        }

        /** The fault of the records, or null when they took effect; throws any other fault. */
        private @Nullable Throwable tryToRun(List<ConsumerRecord<String, byte[]>> records)
                throws Exception {
            try {
                transaction.run(group, records, handler);
                return null;
            } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
                if (!RecordFault.isOwn(e)) {
                    throw e;
                }
                if (faults++ == 0) {
                    firstFaultNanos = System.nanoTime();
                    LOG.atWarn()
                            .setCause(e)
                            .addKeyValue("channel", channel)
                            .addKeyValue("records", records.size())
                            .log(
                                    "Records do not take effect; they are divided to find the one at fault");
                }
                return e;
            }
        }

        private long millisSinceFirstFault() {
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - firstFaultNanos);
        }
    }
}
