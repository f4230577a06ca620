package dev.loramill.clean.topology;

import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RowEvent;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
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
     * CloudEvents headers of an event that follows from a received row: the same row read twice
     * gives the same headers twice.
     *
     * @param timestamp the received row's time, milliseconds since 1970
     */
    static Headers of(RowEvent event, long timestamp) {
        Instant time = Instant.ofEpochMilli(Math.max(0, timestamp));
        return new RecordHeaders(KafkaEvents.headers(EventEnvelope.of(SOURCE, time, event)));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
