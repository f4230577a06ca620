package dev.loramill.clean.topology;

import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RowEvent;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Headers of the records that the topology writes. */
public final class RowHeaders {
    /**
     * Header of {@code rows.cleaned}: the row's messages as they were received, as a JSON array;
     * missing when no rule changed them.
     */
    public static final String ORIGINAL = "loramill-original";

    /** Headers of W3C Trace Context. */
    private static final List<String> TRACE = List.of("traceparent", "tracestate");

    private static final URI SOURCE = URI.create("/loramill/clean");

    private RowHeaders() {}

    /**
     * CloudEvents headers of an event that follows from a received row: the same row read twice
     * gives the same headers twice.
     *
     * @param timestamp the received row's time, milliseconds since 1970
     * @param received headers of the record that it follows from; its trace goes on
     */
    static Headers of(RowEvent event, long timestamp, Headers received) {
        Instant time = Instant.ofEpochMilli(Math.max(0, timestamp));
        Headers headers =
                new RecordHeaders(KafkaEvents.headers(EventEnvelope.of(SOURCE, time, event)));
        for (String name : TRACE) {
            Header trace = received.lastHeader(name);
            if (trace != null) {
                headers.add(trace);
            }
        }
        return headers;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
