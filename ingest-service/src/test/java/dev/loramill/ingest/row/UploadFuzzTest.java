package dev.loramill.ingest.row;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.EventLimits;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.RowEvent;
import dev.loramill.events.RowOrigin;
import dev.loramill.events.RowReceived;
import dev.loramill.fuzzing.Corpus;
import dev.loramill.fuzzing.Fuzz;
import dev.loramill.fuzzing.JsonMutator;
import dev.loramill.fuzzing.Mutator;
import dev.loramill.fuzzing.Verdict;
import dev.loramill.http.RefusedException;
import dev.loramill.ingest.source.Line;
import dev.loramill.ingest.source.LineReader;
import dev.loramill.ingest.source.SourceLimits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/**
 * Uploads that are nearly gzip of nearly rows: each is refused as a whole, or each of its rows
 * becomes an event that Kafka can hold and every reader reads again.
 */
class UploadFuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/fuzz/gzip");
    private static final SourceLimits LIMITS = new SourceLimits(16 << 10, 4 << 20, 200);
    private static final int MAX_ROWS = 2_000;
    private static final int MAX_REFUSED = 200;
    private static final int LONGEST_EVENT = 6 * (16 << 10) + 64_000;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final RecipeReference RECIPE = new RecipeReference("none", "a".repeat(64));
    private static final List<String> WORDS =
            List.of(
                    "messages",
                    "role",
                    "content",
                    "system",
                    "user",
                    "assistant",
                    "developer",
                    "instruction",
                    "input",
                    "output",
                    "question",
                    "answer",
                    "weight",
                    "tools",
                    "text");

    private final SourceInspection inspection = new SourceInspection(LIMITS, MAX_ROWS, MAX_REFUSED);

    @Test
    void uploadsAreRefusedOrEachRowBecomesAnEvent() {
        List<byte[]> corpus = Corpus.of(CORPUS);
        List<byte[]> rows =
                corpus.stream()
                        .map(file -> new String(file, StandardCharsets.UTF_8))
                        .flatMap(String::lines)
                        .map(line -> line.getBytes(StandardCharsets.UTF_8))
                        .toList();
        JsonMutator row = new JsonMutator(rows, WORDS);
        Mutator bytes = new Mutator(corpus, WORDS);

        Fuzz.target("gzip")
                .inputs(5_000)
                .allocatesAtMost(length -> 64L << 20)
                .corpus(corpus)
                .corpus(Corpus.found(CORPUS))
                .run(random -> upload(rows, row, bytes, random), this::judge)
                .requireShares(0.1, 0.2);
    }

    private static byte[] upload(List<byte[]> rows, JsonMutator row, Mutator bytes, Random random) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        for (int count = random.nextInt(8); count >= 0; count--) {
            file.writeBytes(
                    random.nextInt(3) == 0
                            ? row.mutate(random)
                            : rows.get(random.nextInt(rows.size())));
            file.writeBytes(
                    (random.nextInt(9) == 0 ? "\r\n" : "\n").getBytes(StandardCharsets.UTF_8));
        }
        byte[] plain = file.toByteArray();
        if (random.nextInt(6) == 0) {
            plain = bytes.mutate(plain, random);
        }
        if (random.nextInt(150) == 0) {
            byte[] once = plain;
            for (int times = random.nextInt(2_000); times > 0 && file.size() < 5 << 20; times--) {
                file.writeBytes(once);
            }
            plain = file.toByteArray();
        }
        if (random.nextInt(4) == 0) {
            return plain;
        }
        byte[] packed = packed(plain);
        return random.nextInt(3) == 0 ? bytes.mutate(packed, random) : packed;
    }

    private static byte[] packed(byte[] plain) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    private Verdict judge(byte[] upload) throws IOException {
        Detection.Detected detected;
        try {
            detected = inspection.requireFormat(() -> new ByteArrayInputStream(upload), "file");
        } catch (RefusedException e) {
            assertThat(e.status()).isEqualTo(400);
            assertThat(e.code()).matches("[a-z0-9_]{1,40}");
            assertThat(String.valueOf(e.getMessage())).isNotBlank().hasSizeLessThan(4_000);
            return Verdict.REFUSED;
        }
        RowReader reader = new RowReader(detected.format(), LIMITS.maxRowBytes());
        int count = 0;
        int refused = 0;
        try (LineReader lines = new LineReader(new ByteArrayInputStream(upload), LIMITS)) {
            for (Line line = lines.next(); line != null; line = lines.next()) {
                if (line instanceof Line.Text text && text.text().isBlank()) {
                    continue;
                }
                count++;
                if (!(becomes(line, reader.read(line)) instanceof RowReceived)) {
                    refused++;
                }
            }
        }
        assertThat(count).isBetween(1, MAX_ROWS);
        assertThat(refused).isLessThanOrEqualTo(MAX_REFUSED);
        return Verdict.ACCEPTED;
    }

    private static RowEvent becomes(Line line, IntakeOutcome outcome) throws IOException {
        String original =
                switch (line) {
                    case Line.Text text -> text.text();
                    case Line.TooLong tooLong -> tooLong.beginning();
                };
        RowEvent event =
                RowEvents.of(
                        "ds-1", RECIPE, new RowOrigin("file-1", line.number()), outcome, original);
        EventEnvelope envelope =
                EventEnvelope.of(URI.create("/loramill/ingest"), Instant.EPOCH, event);
        ProducerRecord<String, byte[]> record = KafkaEvents.record(envelope);
        assertThat(KafkaEvents.read(record.headers(), record.value())).isEqualTo(envelope);
        assertThat(record.value()).hasSizeLessThan(LONGEST_EVENT);
        requireStorable(JSON.readTree(record.value()));
        if (outcome instanceof IntakeOutcome.Refused refusal) {
            assertThat(refusal.reason()).isNotBlank().hasSizeLessThanOrEqualTo(1_000);
        }
        return event;
    }

    private static void requireStorable(JsonNode tree) {
        assertThat(EventLimits.isStorable(tree.asText())).isTrue();
        tree.forEach(UploadFuzzTest::requireStorable);
    }
}
