package dev.loramill.events;

import dev.loramill.fuzzing.Cost;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Reading a record costs as much as it is long, whether it is an event or not. */
class EventCostTest {
    private static final String ROW =
            "{\"datasetId\":\"ds-1\",\"origin\":{\"source\":\"file-1\",\"line\":3},\"digest\":\""
                    + "a".repeat(64)
                    + "\",\"messages\":[%s],\"recipe\":{\"name\":\"none\",\"digest\":\""
                    + "a".repeat(64)
                    + "\"}%s}";

    static Stream<Arguments> records() {
        return Stream.of(
                of("messages", 4_000, size -> row(answers(size), "")),
                of("more messages than are allowed", 40_000, size -> row(answers(size), "")),
                of("a long message", 200_000, size -> row(answer("x".repeat(size)), "")),
                of("escapes", 100_000, size -> row(answer("\\u0001".repeat(size)), "")),
                of("U+0000", 100_000, size -> row(answer("\\u0000".repeat(size)), "")),
                of("unknown members", 20_000, size -> row(answers(1), ",\"x\":1".repeat(size))),
                of("a long number", 400, size -> row(answers(1), ",\"x\":" + "9".repeat(size))),
                of("what is no JSON", 200_000, size -> "x".repeat(size)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("records")
    void twiceTheRecordCostsTwiceAtMost(String name, int size, IntFunction<byte[]> records) {
        Cost.requireLinear(size, records, EventCostTest::read);
    }

    private static Object read(byte[] body) {
        try {
            return EventJson.read(RowReceived.class, body);
        } catch (UnreadableEventException e) {
            return e;
        }
    }

    private static Arguments of(String name, int size, IntFunction<String> text) {
        IntFunction<byte[]> bytes = n -> text.apply(n).getBytes(StandardCharsets.UTF_8);
        return Arguments.of(name, size, bytes);
    }

    private static String row(String messages, String more) {
        return ROW.formatted(messages, more);
    }

    private static String answers(int count) {
        return (answer("Because.") + ",").repeat(count - 1) + answer("Because.");
    }

    private static String answer(String content) {
        return "{\"role\":\"assistant\",\"content\":\"" + content + "\"}";
    }
}
