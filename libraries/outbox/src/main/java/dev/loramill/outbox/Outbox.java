package dev.loramill.outbox;

import dev.loramill.events.DatasetEvent;
import dev.loramill.events.Event;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.EventType;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.Topics;
import dev.loramill.messaging.Trace;
import io.quarkus.arc.All;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Publishes events in the transaction of the state change that they announce: they are sent, by the
 * {@link OutboxRelay}, if and only if the transaction commits, and at once. Transactions that
 * publish under the same key run one after the other from there on, so events of a key are sent in
 * the order in which their transactions committed. The tables come from the class path location
 * {@code db/outbox}.
 */
@ApplicationScoped
public class Outbox {
    private final OutboxTable table;
    private final OutboxRelay relay;
    private final TransactionSynchronizationRegistry transaction;
    private final URI source;
    private final List<OutboxSigner> signers;

    Outbox(
            OutboxTable table,
            OutboxRelay relay,
            TransactionSynchronizationRegistry transaction,
            @ConfigProperty(name = "loramill.events.source") URI source,
            @All List<OutboxSigner> signers) {
        this.table = table;
        this.relay = relay;
        this.transaction = transaction;
        this.source = source;
        this.signers = signers;
    }

    /**
     * Publishes an event on the topic of its type; a {@link DatasetEvent} on the history of
     * datasets too, under the same id.
     *
     * @throws IllegalStateException when there is no transaction
     */
    public void publish(Event event) {
        publishAll(List.of(event));
    }

    /**
     * Publishes an event on one topic.
     *
     * @throws IllegalStateException when there is no transaction
     */
    public void publish(String topic, Event event) {
        publishAll(topic, List.of(event));
    }

    /**
     * Publishes events on one topic, in their order.
     *
     * @throws IllegalStateException when there is no transaction
     */
    public void publishAll(String topic, List<? extends Event> events) {
        insert(
                events.stream().map(event -> row(topic, EventEnvelope.of(source, event))).toList(),
                true);
    }

    /**
     * Publishes events in their order, each on the topic of its type.
     *
     * @throws IllegalStateException when there is no transaction
     */
    public void publishAll(List<? extends Event> events) {
        insert(rows(events), true);
    }

    /**
     * Publishes events whose order among transactions does not matter, such as rows: no transaction
     * waits for another.
     *
     * @throws IllegalStateException when there is no transaction
     */
    public void publishUnordered(List<? extends Event> events) {
        insert(rows(events), false);
    }

    /**
     * A wrapped event.
     *
     * @param traceParent trace that it belongs to; null for that of the thread that publishes it
     */
    public record TracedEvent(EventEnvelope envelope, @Nullable String traceParent) {}

    /**
     * Publishes wrapped events whose order among transactions does not matter, under the ids and in
     * the traces that they have.
     *
     * @throws IllegalStateException when there is no transaction
     */
    public void publishTraced(List<TracedEvent> events) {
        String current = Trace.current();
        insert(
                events.stream()
                        .map(event ->
                                row(
                                        EventType.of(event.envelope().event()).topic(),
                                        event.envelope(),
                                        event.traceParent() == null
                                                ? current
                                                : event.traceParent()))
                        .toList(),
                false);
    }

    /** Number of records that wait to be sent. */
    public long pending() {
        return QuarkusTransaction.joiningExisting().call(table::count);
    }

    /** Largest record that can be sent, in bytes. */
    int maxRequestBytes() {
        return relay.maxRequestBytes();
    }

    void insert(List<OutboxRow> rows, boolean isOrdered) {
        if (rows.isEmpty()) {
            return;
        }
        if (!QuarkusTransaction.isActive()) {
            throw new IllegalStateException(
                    "an event for topic \"%s\" must be published in a transaction, and there is none"
                            .formatted(rows.getFirst().topic));
        }
        if (isOrdered) {
            table.lockKeys(rows);
        }
        table.insert(rows);
        wakeAfterCommit();
    }

    private List<OutboxRow> rows(List<? extends Event> events) {
        List<OutboxRow> rows = new ArrayList<>(events.size());
        for (Event event : events) {
            EventEnvelope envelope = EventEnvelope.of(source, event);
            rows.add(row(EventType.of(event).topic(), envelope));
            if (event instanceof DatasetEvent) {
                rows.add(row(Topics.DATASETS_HISTORY, envelope));
            }
        }
        return rows;
    }

    private OutboxRow row(String topic, EventEnvelope envelope) {
        return row(topic, envelope, Trace.current());
    }

    private OutboxRow row(String topic, EventEnvelope envelope, @Nullable String traceParent) {
        ProducerRecord<String, byte[]> record = KafkaEvents.record(topic, envelope);
        signers.forEach(signer -> signer.sign(record));
        Trace.addTo(record.headers(), traceParent);
        return OutboxRow.of(record);
    }

    private void wakeAfterCommit() {
        if (transaction.getResource(Outbox.class) == null) {
            transaction.putResource(Outbox.class, true);
            transaction.registerInterposedSynchronization(new WakeUp());
        }
    }

    private final class WakeUp implements Synchronization {
        @Override
        public void beforeCompletion() {}

        @Override
        public void afterCompletion(int status) {
            if (status == Status.STATUS_COMMITTED) {
                relay.wake();
            }
        }
    }
}
