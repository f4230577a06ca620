package dev.loramill.clean.topology;

import dev.loramill.events.Event;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.EventType;
import dev.loramill.events.KafkaEvents;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Headers of the records that the topology writes. */
public final class RowHeaders {
    /**
     * Header of {@code rows.cleaned}: the row's messages as they were received, as a JSON array;
     * missing when no rule changed them.
     */
    public static final String ORIGINAL = "loramill-original";

    private static final URI SOURCE = URI.create("/loramill/clean");

    private RowHeaders() {}

    /**
     * CloudEvents headers of an event that follows from a received row. Their id is made of what
     * the event says, so that the same row read twice gives the same event twice.
     *
     * @param timestamp the received row's time, milliseconds since 1970
     */
    static Headers of(Event event, long timestamp) {
        String name = EventType.of(event).typeName() + "|" + event.subject() + "|" + event.key();
        String id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
        return new RecordHeaders(
                KafkaEvents.headers(
                        new EventEnvelope(
                                id, SOURCE, Instant.ofEpochMilli(Math.max(0, timestamp)), event)));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
