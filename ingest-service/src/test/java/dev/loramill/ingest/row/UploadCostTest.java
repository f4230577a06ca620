package dev.loramill.ingest.row;

import dev.loramill.fuzzing.Cost;
import dev.loramill.http.RefusedException;
import dev.loramill.ingest.source.Line;
import dev.loramill.ingest.source.LineReader;
import dev.loramill.ingest.source.SourceLimits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An upload costs as much as it unpacks to, in every format, packed or not, sound or not. */
class UploadCostTest {
    private static final SourceLimits LIMITS = new SourceLimits(2 << 20, 64 << 20, 1_000);
    private static final String QUESTION = "{\"question\":\"Why?\",\"answer\":\"Because.\"}\n";

    private final SourceInspection inspection = new SourceInspection(LIMITS, 1_000_000, 1_000_000);

    static Stream<Arguments> uploads() {
        return Stream.of(
                of("questions and answers", 3_000, QUESTION::repeat),
                of(
                        "alpaca",
                        3_000,
                        "{\"instruction\":\"Why?\",\"input\":\"x\",\"output\":\"Because.\"}\n"
                                ::repeat),
                of("messages", 3_000, (row(2) + "\n")::repeat),
                of("messages of one row", 3_000, UploadCostTest::row),
                of("parts of one message", 3_000, UploadCostTest::parts),
                of(
                        "a long answer",
                        400_000,
                        size ->
                                "{\"question\":\"Why?\",\"answer\":\"%s\"}"
                                        .formatted("x".repeat(size))),
                of("a line that is too long", 3 << 20, "x"::repeat),
                // More names than the parser remembers from one body to the next.
                of("columns", 15_000, UploadCostTest::columns),
                of("rows without a format", 3_000, size -> QUESTION + "{\"a\":1}\n".repeat(size)),
                of("lines that are no JSON", 3_000, size -> QUESTION + "x\n".repeat(size)),
                of("U+0000", 3_000, (QUESTION.replace("?", "\\u0000"))::repeat),
                of("blank lines", 100_000, size -> QUESTION + "\n".repeat(size)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("uploads")
    void twiceTheUploadCostsTwiceAtMost(String name, int size, IntFunction<byte[]> uploads) {
        Cost.requireLinear(size, uploads, this::take);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("uploads")
    void packedAsWell(String name, int size, IntFunction<byte[]> uploads) {
        Cost.requireLinear(size, n -> packed(uploads.apply(n)), this::take);
    }

    private Object take(byte[] upload) throws IOException {
        try {
            Detection.Detected detected =
                    inspection.requireFormat(() -> new ByteArrayInputStream(upload), "file");
            RowReader reader = new RowReader(detected.format(), LIMITS.maxRowBytes());
            int count = 0;
            try (LineReader lines = new LineReader(new ByteArrayInputStream(upload), LIMITS)) {
                for (Line line = lines.next(); line != null; line = lines.next()) {
                    count += reader.read(line) instanceof IntakeOutcome.Accepted ? 1 : 0;
                }
            }
            return count;
        } catch (RefusedException e) {
            return e;
        }
    }

    private static Arguments of(String name, int size, IntFunction<String> text) {
        IntFunction<byte[]> bytes = n -> text.apply(n).getBytes(StandardCharsets.UTF_8);
        return Arguments.of(name, size, bytes);
    }

    private static String row(int messages) {
        return "{\"messages\":["
                + "{\"role\":\"user\",\"content\":\"Why?\"},".repeat(messages - 1)
                + "{\"role\":\"assistant\",\"content\":\"Because.\"}]}";
    }

    private static String parts(int count) {
        return "{\"messages\":[{\"role\":\"assistant\",\"content\":["
                + "{\"type\":\"text\",\"text\":\"ab\"},".repeat(count - 1)
                + "{\"type\":\"text\",\"text\":\"ab\"}]}]}";
    }

    private static String columns(int count) {
        StringBuilder row = new StringBuilder("{\"question\":\"Why?\",\"answer\":\"Because.\"");
        for (int i = 0; i < count; i++) {
            row.append(",\"c").append(100_000 + i).append("\":1");
        }
        return row.append('}').toString();
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
}
