package dev.loramill.events;

import java.net.URI;
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
        Check.notBlank("ce_id", id);
    }

    /** Wraps an event that happened now, under a random id. */
    public static EventEnvelope of(URI source, Event event) {
        return new EventEnvelope(UUID.randomUUID().toString(), source, Instant.now(), event);
    }
}
