package dev.loramill.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.SimpleRecord;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeadLetterTest {
    private static final int LIMIT = 8 << 20;
    private static final Throwable FAULT =
            new UnreadableEventException("not a row", new IllegalStateException("no messages"));

    private final Headers headers = new RecordHeaders();

    @Test
    void aRecordKeepsWhatItHasAndGetsTheHeadersOfSmallRye() {
        headers.add("traceparent", utf8("00-1")).add("dead-letter-reason", utf8("an older one"));

        DeadLetter letter = DeadLetter.of(record("k", utf8("{")), FAULT, LIMIT);

        assertThat(letter.topic()).isEqualTo("loramill.rows.received.dlq");
        assertThat(letter.key()).isEqualTo("k");
        assertThat(letter.value()).isEqualTo(utf8("{"));
        assertThat(letter.headers().stream().map(DeadLetterTest::shown))
                .containsExactly(
                        "traceparent=00-1",
                        "dead-letter-reason=an older one",
                        "dead-letter-exception-class-name=dev.loramill.events.UnreadableEventException",
                        "dead-letter-reason=not a row",
                        "dead-letter-cause-class-name=java.lang.IllegalStateException",
                        "dead-letter-cause=no messages",
                        "dead-letter-topic=loramill.rows.received",
                        "dead-letter-partition=3",
                        "dead-letter-offset=17");
    }

    @Test
    void withoutACauseThereIsNoneAndNullStaysNull() {
        DeadLetter letter =
                DeadLetter.of(record(null, null), new IllegalArgumentException("empty"), LIMIT);

        assertThat(letter.key()).isNull();
        assertThat(letter.value()).isNull();
        assertThat(letter.headers()).extracting(Header::key).doesNotContain("dead-letter-cause");
        assertThat(letter.headers()).extracting(Header::key).doesNotContain(DeadLetter.CUT);
    }

    @Test
    void aRecordThatWouldBeTooLargeIsCutToWhatTopicAndProducerTake() {
        byte[] value = noise(LIMIT - 300);

        DeadLetter letter = DeadLetter.of(record("k", value), FAULT, LIMIT);

        assertThat(header(letter, DeadLetter.CUT)).hasValue(Integer.toString(value.length));
        byte[] kept = Objects.requireNonNull(letter.value());
        assertThat(kept).hasSizeGreaterThan(LIMIT - (32 << 10));
        assertThat(value).startsWith(kept);
        assertThat(batchBytes(letter, Compression.NONE)).isLessThanOrEqualTo(LIMIT);
        assertThat(batchBytes(letter, Compression.gzip().build())).isLessThanOrEqualTo(LIMIT);
        assertThat(batchBytes(DeadLetter.of(record("k", value), FAULT, 1 << 20), Compression.NONE))
                .isBetween(1_000_000, 1 << 20);
        // No producer has the topic take more.
        assertThat(DeadLetter.of(record("k", value), FAULT, 2 * LIMIT).value()).hasSameSizeAs(kept);
    }

    @Test
    void aRecordThatFitsIsWhole() {
        byte[] value = noise(LIMIT - (32 << 10));

        DeadLetter letter = DeadLetter.of(record("k", value), FAULT, LIMIT);

        assertThat(letter.value()).isEqualTo(value);
        assertThat(header(letter, DeadLetter.CUT)).isEmpty();
    }

    @Test
    void keyAndHeadersThatLeaveNoRoomAreLeftOut() {
        headers.add("vast", noise(LIMIT)).add("traceparent", utf8("00-1"));

        DeadLetter vastHeader = DeadLetter.of(record("k", utf8("{")), FAULT, LIMIT);
        DeadLetter vastKey = DeadLetter.of(record("k".repeat(LIMIT), null), FAULT, LIMIT);

        assertThat(vastHeader.key()).isEqualTo("k");
        assertThat(vastHeader.value()).isEqualTo(utf8("{"));
        assertThat(header(vastHeader, "vast")).isEmpty();
        assertThat(header(vastHeader, "traceparent")).hasValue("00-1");
        assertThat(header(vastHeader, DeadLetter.CUT)).hasValue("1");
        assertThat(vastKey.key()).isNull();
        assertThat(header(vastKey, DeadLetter.CUT)).hasValue("0");
        assertThat(header(vastKey, "dead-letter-offset")).hasValue("17");
    }

    @Test
    void longReasonsAreBounded() {
        Throwable vast = new IllegalStateException("ö".repeat(LIMIT));
        Throwable fault = new IllegalArgumentException("ß".repeat(LIMIT), vast);

        DeadLetter letter = DeadLetter.of(record("k", utf8("{")), fault, LIMIT);

        assertThat(header(letter, "dead-letter-reason").orElseThrow())
                .hasSize(DeadLetter.LONGEST_TEXT)
                .matches("ß+…");
        assertThat(header(letter, "dead-letter-cause").orElseThrow())
                .hasSize(DeadLetter.LONGEST_TEXT)
                .matches("ö+…");
        assertThat(header(letter, DeadLetter.CUT)).isEmpty();
    }

    @SuppressWarnings("NullAway") // Kafka has records without key or value
    private ConsumerRecord<String, byte[]> record(@Nullable String key, byte @Nullable [] value) {
        return new ConsumerRecord<>(
                Topics.ROWS_RECEIVED,
                3,
                17,
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                key,
                value,
                headers,
                Optional.empty());
    }

    /** Size of the batch that the letter is sent in. */
    private static int batchBytes(DeadLetter letter, Compression compression) {
        String key = letter.key();
        return MemoryRecords.withRecords(
                        compression,
                        new SimpleRecord(
                                0,
                                key == null ? null : utf8(key),
                                letter.value(),
                                letter.headers().toArray(Header[]::new)))
                .sizeInBytes();
    }

    private static Optional<String> header(DeadLetter letter, String name) {
        List<Header> named =
                letter.headers().stream().filter(header -> header.key().equals(name)).toList();
        return named.isEmpty()
                ? Optional.empty()
                : Optional.of(new String(named.getLast().value(), StandardCharsets.UTF_8));
    }

    private static String shown(Header header) {
        return header.key() + "=" + new String(header.value(), StandardCharsets.UTF_8);
    }

    private static byte[] noise(int size) {
        byte[] bytes = new byte[size];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
