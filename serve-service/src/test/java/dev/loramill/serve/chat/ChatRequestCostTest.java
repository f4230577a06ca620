package dev.loramill.serve.chat;

import dev.loramill.fuzzing.Cost;
import dev.loramill.http.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Reading a chat request costs as much as it is long, whether it is answered or refused. */
class ChatRequestCostTest {
    private static final int VOCABULARY = 100_000;

    private final ChatRequestReader reader = new ChatRequestReader(VOCABULARY, 10_000);

    static Stream<Arguments> requests() {
        return Stream.of(
                of("messages", 4_000, size -> request(messages(size), "")),
                of("more messages than are allowed", 20_000, size -> request(messages(size), "")),
                of(
                        "messages that are wrong",
                        4_000,
                        size -> request(list("{\"role\":1}", size), "")),
                of("a long message", 200_000, size -> request(message("x".repeat(size)), "")),
                of(
                        "parts of a message",
                        10_000,
                        size ->
                                request(
                                        "{\"role\":\"user\",\"content\":[%s]}"
                                                .formatted(
                                                        list(
                                                                "{\"type\":\"text\",\"text\":\"ab\"}",
                                                                size)),
                                        "")),
                of("biases", 10_000, size -> request(messages(1), biases(size))),
                // More names than the parser remembers from one body to the next.
                of("unknown members", 30_000, size -> request(messages(1), members(size))),
                of("stops", 10_000, size -> request(messages(1), stops(size))),
                of(
                        "tools",
                        10_000,
                        size -> request(messages(1), ",\"tools\":[" + list("{}", size) + "]")),
                of("what is no JSON", 200_000, "x"::repeat));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void twiceTheRequestCostsTwiceAtMost(String name, int size, IntFunction<byte[]> requests) {
        Cost.requireLinear(size, requests, this::take);
    }

    private Object take(byte[] body) {
        try {
            return reader.read(body);
        } catch (RefusedException e) {
            return e;
        }
    }

    private static Arguments of(String name, int size, IntFunction<String> text) {
        IntFunction<byte[]> bytes = n -> text.apply(n).getBytes(StandardCharsets.UTF_8);
        return Arguments.of(name, size, bytes);
    }

    private static String request(String messages, String more) {
        return "{\"model\":\"m\",\"messages\":[%s]%s}".formatted(messages, more);
    }

    private static String messages(int count) {
        return list(message("Why?"), count);
    }

    private static String message(String content) {
        return "{\"role\":\"user\",\"content\":\"%s\"}".formatted(content);
    }

    private static String list(String element, int count) {
        return (element + ",").repeat(count - 1) + element;
    }

    private static String biases(int count) {
        StringBuilder biases = new StringBuilder(",\"logit_bias\":{\"0\":1");
        for (int i = 1; i < count; i++) {
            biases.append(",\"").append(i).append("\":-100");
        }
        return biases.append('}').toString();
    }

    private static String members(int count) {
        StringBuilder members = new StringBuilder();
        for (int i = 0; i < count; i++) {
            members.append(",\"c").append(100_000 + i).append("\":1");
        }
        return members.toString();
    }

    private static String stops(int count) {
        return ",\"stop\":[" + list("\"a\"", count) + "]";
    }
}
