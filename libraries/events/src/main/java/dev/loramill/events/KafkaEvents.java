package dev.loramill.events;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;

/** Events as Kafka records: CloudEvents in binary mode, JSON body. */
public final class KafkaEvents {
    private static final String SPEC_VERSION = "1.0";

    /** The source that was read last: nearly all records of a topic have the same. */
    private static volatile URI latestSource = URI.create("/loramill");

    private KafkaEvents() {}

    /** The record that publishes an event on the topic of its type. */
    public static ProducerRecord<String, byte[]> record(EventEnvelope envelope) {
        return record(EventType.of(envelope.event()).topic(), envelope);
    }

    /** The record that publishes an event on a topic. */
    public static ProducerRecord<String, byte[]> record(String topic, EventEnvelope envelope) {
        return new ProducerRecord<>(
                topic,
                null,
                envelope.event().key(),
                EventJson.write(envelope.event()),
                headers(envelope));
    }

    /** Headers of an event, in the binary mode of CloudEvents for Kafka. */
    public static List<Header> headers(EventEnvelope envelope) {
        return List.of(
                header("ce_specversion", SPEC_VERSION),
                header("ce_id", envelope.id()),
                header("ce_source", envelope.source().toString()),
                header("ce_type", EventType.of(envelope.event()).typeName()),
                header("ce_time", envelope.time().toString()),
                header("ce_subject", envelope.event().subject()),
                header("content-type", "application/json"));
    }

    /**
     * Reads the event of a record.
     *
     * @throws UnreadableEventException when a header is missing, the type is unknown or the body
     *     does not fit
     */
    public static EventEnvelope read(ConsumerRecord<?, byte[]> record) {
        return read(record.headers(), record.value());
    }

    /**
     * Reads the event of a record's headers and body.
     *
     * @throws UnreadableEventException when a header is missing, the type is unknown or the body
     *     does not fit
     */
    public static EventEnvelope read(Headers headers, byte[] body) {
        String typeName = required(headers, "ce_type");
        EventType type =
                EventType.named(typeName)
                        .orElseThrow(() ->
                                new UnreadableEventException(
                                        "ce_type \"%s\" is not known to this version"
                                                .formatted(typeName)));
        if (body == null) {
            throw new UnreadableEventException("the body of a " + typeName + " is missing");
        }
        if (body.length > EventLimits.BODY_BYTES) {
            throw new UnreadableEventException(
                    "the body of a %s must have at most %,d bytes, got %,d"
                            .formatted(typeName, EventLimits.BODY_BYTES, body.length));
        }
        try {
            return new EventEnvelope(
                    required(headers, "ce_id"),
                    source(required(headers, "ce_source")),
                    Instant.parse(required(headers, "ce_time")),
                    EventJson.read(type.eventClass(), body));
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new UnreadableEventException(
                    "the headers of a %s are malformed: %s".formatted(typeName, e.getMessage()), e);
        }
    }

    private static URI source(String text) {
        URI latest = latestSource;
        if (!latest.toString().equals(text)) {
            latest = URI.create(text);
            latestSource = latest;
        }
        return latest;
    }

    private static String required(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        if (header == null || header.value() == null) {
            throw new UnreadableEventException("header " + name + " is missing");
        }
        return new String(header.value(), StandardCharsets.UTF_8);
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
