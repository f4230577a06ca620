package dev.loramill.outbox.legacy;

import dev.loramill.events.DatasetEvent;
import dev.loramill.events.Event;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.EventType;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.Topics;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Publishes events in the transaction of the state change that they announce: they are sent, by an
 * {@link OutboxRelay}, if and only if the transaction commits. Transactions that publish under the
 * same key run one after the other from there on, so events of a key are sent in the order in which
 * their transactions committed. The tables come from the class path location {@code db/outbox}.
 */
public final class Outbox {
    private final URI source;

    /**
     * Makes the outbox of a service.
     *
     * @param source CloudEvents source of its events, such as {@code /loramill/clean}
     */
    public Outbox(URI source) {
        this.source = source;
    }

    /**
     * Publishes an event on the topic of its type; a {@link DatasetEvent} on the history of
     * datasets too, under the same id.
     *
     * @param tx connection in the midst of a transaction
     * @throws IllegalStateException when the connection commits each statement by itself
     * @throws SQLException when the database fails; the transaction is to be rolled back
     */
    public void publish(Connection tx, Event event) throws SQLException {
        EventEnvelope envelope = EventEnvelope.of(source, event);
        publish(tx, EventType.of(event).topic(), envelope);
        if (event instanceof DatasetEvent) {
            publish(tx, Topics.DATASETS_HISTORY, envelope);
        }
    }

    /**
     * Publishes an event on one topic.
     *
     * @param tx connection in the midst of a transaction
     * @throws IllegalStateException when the connection commits each statement by itself
     * @throws SQLException when the database fails; the transaction is to be rolled back
     */
    public void publish(Connection tx, String topic, Event event) throws SQLException {
        publish(tx, topic, EventEnvelope.of(source, event));
    }

    private static void publish(Connection tx, String topic, EventEnvelope envelope)
            throws SQLException {
        OutboxTable.insert(tx, OutboxRecord.of(KafkaEvents.record(topic, envelope)));
    }
}
