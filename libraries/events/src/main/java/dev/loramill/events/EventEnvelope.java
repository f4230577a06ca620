package dev.loramill.events;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/**
 * An event with the attributes that CloudEvents asks for.
 *
 * @param id unique for each event; the same event sent twice has the same id
 * @param source service that published it, such as {@code /loramill/clean}
 * @param time when it happened
 * @param event the event itself
 */
public record EventEnvelope(String id, URI source, Instant time, Event event) {
    public EventEnvelope {
        Check.source("ce_id", id);
        Check.source("ce_source", source.toString());
        Check.time("ce_time", time);
    }

    /**
     * Wraps an event that happened now. A row has an id that is made of what the event says of it,
     * so that the same row is the same event however often it is read and sent; any other event has
     * a random id.
     */
    public static EventEnvelope of(URI source, Event event) {
        return of(source, Instant.now(), event);
    }

    /** The same for an event that happened at a time, which does not enter the id. */
    public static EventEnvelope of(URI source, Instant time, Event event) {
        UUID id = event instanceof RowEvent row ? idOf(row) : UUID.randomUUID();
        return new EventEnvelope(id.toString(), source, time, event);
    }

    private static UUID idOf(RowEvent row) {
        String name = EventType.of(row).typeName() + "|" + row.subject() + "|" + row.key();
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }
}
