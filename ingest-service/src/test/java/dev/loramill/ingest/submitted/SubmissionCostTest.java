package dev.loramill.ingest.submitted;

import dev.loramill.fuzzing.Cost;
import dev.loramill.ingest.row.RowReader;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A record of submitted rows costs as much as it is long. */
class SubmissionCostTest {
    private static final String ROW = "{\"question\":\"Why?\",\"answer\":\"Because.\"}";

    private final RowReader reader = new RowReader(null, 512 << 10);

    static Stream<Arguments> records() {
        return Stream.of(
                of("rows", 450, size -> rows(size, ROW)),
                of("rows that are wrong", 450, size -> rows(size, "{\"a\":1}")),
                of("more rows than are allowed", 5_000, size -> rows(size, ROW)),
                of("a long row", 200_000, size -> row(ROW.replace("?", "x".repeat(size)))),
                // More names than the parser remembers from one body to the next.
                of("members", 30_000, SubmissionCostTest::members),
                of("what is no JSON", 200_000, "x"::repeat));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("records")
    void twiceTheRecordCostsTwiceAtMost(String name, int size, IntFunction<byte[]> records) {
        Cost.requireLinear(size, records, this::take);
    }

    private Object take(byte[] body) {
        try {
            return Submission.read("ds-1", body).rows().stream().map(reader::read).toList();
        } catch (UnattributableException e) {
            return e;
        }
    }

    private static Arguments of(String name, int size, IntFunction<String> text) {
        IntFunction<byte[]> bytes = n -> text.apply(n).getBytes(StandardCharsets.UTF_8);
        return Arguments.of(name, size, bytes);
    }

    private static String row(String row) {
        return "{\"dataset\":\"ds-1\",\"row\":" + row + "}";
    }

    private static String rows(int count, String row) {
        return "{\"dataset\":\"ds-1\",\"rows\":[" + (row + ",").repeat(count - 1) + row + "]}";
    }

    private static String members(int count) {
        StringBuilder record = new StringBuilder("{\"dataset\":\"ds-1\"");
        for (int i = 0; i < count; i++) {
            record.append(",\"c").append(100_000 + i).append("\":1");
        }
        return record.append('}').toString();
    }
}
