package dev.loramill.clean.ledger;

import dev.loramill.outbox.Inbox;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * Reads the outcomes of rows and the events of datasets into the ledger.
 *
 * <p>Delivery: at least once from Kafka, exactly once in effect, since the offsets are stored in
 * the transaction of the effect. Idempotency key: dataset and row id. Ordering: none is needed
 * between rows, so that several consumers are at work, each with its partitions; the events of a
 * dataset come in order. Failure: a batch that the database refuses is tried again; a record that
 * is no event goes to the topic's dead-letter queue.
 */
@ApplicationScoped
class OutcomesListener {
    private static final String CHANNEL = "outcomes";

    private final Inbox inbox;
    private final Ledger ledger;

    OutcomesListener(Inbox inbox, Ledger ledger) {
        this.inbox = inbox;
        this.ledger = ledger;
    }

    @Incoming(CHANNEL)
    @Blocking
    void consume(ConsumerRecords<String, byte[]> batch) {
        inbox.take(CHANNEL, batch, ledger::apply);
    }
}
