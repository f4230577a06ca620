package dev.loramill.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.fuzzing.Corpus;
import dev.loramill.fuzzing.Fuzz;
import dev.loramill.fuzzing.JsonMutator;
import dev.loramill.fuzzing.Mutator;
import dev.loramill.fuzzing.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/**
 * Records that are nearly events: each is refused in the promised way, and then its dead letter can
 * be sent, or it is an event that every database, log and program behind can hold. An input is a
 * line of JSON with the headers, then the body.
 */
class EventFuzzTest {
    private static final Path SAMPLES = Path.of("src/test/resources/samples");
    private static final Path CORPUS = Path.of("src/test/resources/fuzz/events");
    private static final int PRODUCER_BYTES = 2 << 20;

    private final List<byte[]> samples = new ArrayList<>();
    private final List<byte[]> headers = new ArrayList<>();
    private final List<String> words = new ArrayList<>();

    EventFuzzTest() throws IOException {
        for (EventType type : EventType.values()) {
            words.add(type.typeName());
            byte[] sample = Files.readAllBytes(SAMPLES.resolve(type.typeName() + ".json"));
            samples.add(sample);
            Event event = EventJson.read(type.eventClass(), sample);
            EventEnvelope envelope =
                    new EventEnvelope(
                            "id-1",
                            URI.create("/loramill/test"),
                            Instant.parse("2026-01-02T03:04:05Z"),
                            event);
            ObjectNode json = EventJson.mapper().createObjectNode();
            KafkaEvents.headers(envelope).forEach(header -> json.put(header.key(), text(header)));
            headers.add(EventJson.mapper().writeValueAsBytes(json));
        }
    }

    @Test
    void recordsAreRefusedAsPromisedOrAreEventsThatAllCanHold() {
        JsonMutator bodies = new JsonMutator(samples, words);
        JsonMutator attributes = new JsonMutator(headers, words);
        Mutator records = new Mutator(samples, words);

        Fuzz.target("events")
                .inputs(10_000)
                .allocatesAtMost(length -> 80L * length + (4 << 20))
                .corpus(Corpus.found(CORPUS))
                .run(random -> record(bodies, attributes, records, random), this::judge)
                .requireShares(0.1, 0.2);
    }

    private byte[] record(
            JsonMutator bodies, JsonMutator attributes, Mutator records, Random random) {
        int type = random.nextInt(samples.size());
        boolean areHeadersWrong = random.nextInt(5) == 0;
        byte[] first =
                areHeadersWrong
                        ? attributes.mutate(json(headers.get(type)), random)
                        : headers.get(type);
        byte[] body =
                areHeadersWrong
                        ? samples.get(type)
                        : bodies.mutate(json(samples.get(type)), random);
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        record.writeBytes(first);
        record.write('\n');
        record.writeBytes(body);
        return random.nextInt(20) == 0
                ? records.mutate(record.toByteArray(), random)
                : record.toByteArray();
    }

    private Verdict judge(byte[] input) throws Exception {
        int end = new String(input, StandardCharsets.ISO_8859_1).indexOf('\n');
        RecordHeaders read = headers(Arrays.copyOf(input, Math.max(0, end)));
        byte[] body = Arrays.copyOfRange(input, end + 1, input.length);
        EventEnvelope envelope;
        try {
            envelope = KafkaEvents.read(read, body);
        } catch (UnreadableEventException e) {
            requireLetter(read, body, e);
            return Verdict.REFUSED;
        }
        ProducerRecord<String, byte[]> written = KafkaEvents.record(envelope);
        assertThat(KafkaEvents.read(written.headers(), written.value())).isEqualTo(envelope);
        requireHoldable(EventJson.mapper().readTree(written.value()));
        assertThat(EventLimits.isStorable(written.key())).as("key").isTrue();
        assertThat(written.key()).hasSizeLessThan(2 * EventLimits.NAME);
        for (Header header : written.headers()) {
            assertThat(text(header)).as(header.key()).matches("[\\x20-\\x7e]{1,2000}");
        }
        return Verdict.ACCEPTED;
    }

    /** A refused record is not lost: its letter, with the reason, fits the queue. */
    private static void requireLetter(
            RecordHeaders headers, byte[] body, UnreadableEventException refusal) {
        ConsumerRecord<String, byte[]> record =
                new ConsumerRecord<>(
                        Topics.TRAINING_EVENTS,
                        0,
                        1,
                        0,
                        TimestampType.CREATE_TIME,
                        3,
                        body.length,
                        "key",
                        body,
                        headers,
                        Optional.empty());
        DeadLetter letter = DeadLetter.of(record, refusal, PRODUCER_BYTES);
        assertThat(
                        letter.headers().stream()
                                .filter(header -> header.key().equals("dead-letter-reason"))
                                .toList())
                .singleElement()
                .satisfies(reason -> assertThat(text(reason)).isNotBlank());
    }

    private static void requireHoldable(JsonNode tree) {
        if (tree.isTextual()) {
            assertThat(EventLimits.isStorable(tree.textValue())).as("text").isTrue();
        } else if (tree.isFloatingPointNumber()) {
            assertThat(tree.doubleValue()).isBetween(-EventLimits.MEASURE, EventLimits.MEASURE);
        } else if (tree.isIntegralNumber()) {
            assertThat(tree.canConvertToLong()).isTrue();
        }
        tree.forEach(EventFuzzTest::requireHoldable);
    }

    private static RecordHeaders headers(byte[] line) {
        RecordHeaders headers = new RecordHeaders();
        JsonNode json;
        try {
            json = EventJson.mapper().readTree(line);
        } catch (IOException e) {
            return headers;
        }
        for (Map.Entry<String, JsonNode> entry : json.properties()) {
            JsonNode value = entry.getValue();
            headers.add(
                    entry.getKey(),
                    value.isNull() ? null : value.asText().getBytes(StandardCharsets.UTF_8));
        }
        return headers;
    }

    private static JsonNode json(byte[] bytes) {
        try {
            return EventJson.mapper().readTree(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String text(Header header) {
        return new String(header.value(), StandardCharsets.UTF_8);
    }
}
