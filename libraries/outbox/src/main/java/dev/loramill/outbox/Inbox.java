package dev.loramill.outbox;

import dev.loramill.messaging.Deliveries;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.config.Config;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has each record of a channel take effect on the database exactly once: the offsets are stored in
 * the transaction of the effect, and records below them fall away. A batch that fails is undone and
 * handled again for as long as it takes. A record that is no event, or that the handler condemns,
 * goes to the dead-letter queue of its topic in the same transaction.
 *
 * <p>A channel that is consumed through it also has the rebalance listener {@code stored-offsets},
 * so that it begins where the database stands, not where Kafka does.
 */
@ApplicationScoped
public class Inbox {
    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);

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
        try {
            deliveries.deliver(channel, () -> transaction.run(group, batch, handler));
        } catch (Exception e) {
            // Only when the application stops. The channel need not know: the next start begins at
            // the stored offset, which has not moved.
            LOG.atInfo()
                    .addKeyValue("channel", channel)
                    .addKeyValue("cause", e)
                    .log("A batch did not take effect before the end; the next start takes it up");
        }
    }
}
