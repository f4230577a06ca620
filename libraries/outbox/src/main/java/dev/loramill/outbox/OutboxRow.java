package dev.loramill.outbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** A Kafka record that waits in the outbox. */
@Entity(name = "OutboxRow")
@Table(name = "outbox")
class OutboxRow {
    private static final JsonMapper MAPPER = new JsonMapper();

    /** Given by the database: the order in which rows are sent. */
    @Id
    @Column(name = "id", insertable = false, updatable = false)
    @Nullable Long id;

    @Column(name = "topic", nullable = false, updatable = false)
    String topic;

    @Column(name = "record_key", updatable = false)
    byte @Nullable [] key;

    @Column(name = "value", updatable = false)
    byte @Nullable [] value;

    /** A JSON list of name and value, since Kafka's headers have an order and repeat names. */
    @Column(name = "headers", nullable = false, updatable = false)
    String headers;

    /** For Hibernate. */
    protected OutboxRow() {
        this("", null, null, "[]");
    }

    private OutboxRow(
            String topic, byte @Nullable [] key, byte @Nullable [] value, String headers) {
        this.topic = topic;
        this.key = key;
        this.value = value;
        this.headers = headers;
    }

    /** Name and value of a header, in JSON. */
    @SuppressWarnings("ArrayRecordComponent") // carried, never compared
    record StoredHeader(String name, byte @Nullable [] value) {}

    static OutboxRow of(
            String topic, @Nullable String key, byte @Nullable [] value, Iterable<Header> headers) {
        return new OutboxRow(
                topic,
                key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                value,
                write(headers));
    }

    static OutboxRow of(ProducerRecord<String, byte[]> record) {
        return of(record.topic(), record.key(), record.value(), record.headers());
    }

    ProducerRecord<byte @Nullable [], byte @Nullable []> toProducerRecord() {
        return new ProducerRecord<>(topic, null, key, value, read(headers));
    }

    /** Number that rows of one key have in common. */
    int keyHash() {
        return Arrays.hashCode(key);
    }

    private static String write(Iterable<Header> headers) {
        List<StoredHeader> stored = new ArrayList<>();
        headers.forEach(header -> stored.add(new StoredHeader(header.key(), header.value())));
        try {
            return MAPPER.writeValueAsString(stored);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write the headers of a record as JSON", e);
        }
    }

    private static List<Header> read(String headers) {
        try {
            return MAPPER.readValue(headers, new TypeReference<List<StoredHeader>>() {}).stream()
                    .<Header>map(header -> new RecordHeader(header.name(), header.value()))
                    .toList();
        } catch (JsonProcessingException e) {
            throw new RefusedRecordException(
                    "the headers of the record are not JSON: " + e.getOriginalMessage());
        }
    }
}
