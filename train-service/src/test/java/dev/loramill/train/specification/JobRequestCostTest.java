package dev.loramill.train.specification;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.fuzzing.Cost;
import dev.loramill.http.RefusedException;
import java.io.IOException;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Reading a request for a job costs as much as it is long, whether it is taken or refused. */
class JobRequestCostTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final JobRequestReader reader = new JobRequestReader(List.of("Why?"));

    static Stream<Arguments> requests() {
        return Stream.of(
                of("a long question", 3_900, size -> probes("\"" + "x".repeat(size) + "\"", 7)),
                of("more questions than are allowed", 10_000, size -> probes("\"Why?\"", size)),
                of("questions that are wrong", 10_000, size -> probes("{}", size)),
                of("a long name", 200_000, size -> ",\"suffix\":\"" + "x".repeat(size) + "\""),
                of(
                        "a system prompt that is too long",
                        200_000,
                        size -> ",\"system_prompt\":\"" + "x".repeat(size) + "\""),
                of("metadata", 10_000, size -> ",\"metadata\":{\"a\":1" + members(size) + "}"),
                of("unknown members", 10_000, JobRequestCostTest::members),
                of(
                        "unknown hyperparameters",
                        10_000,
                        size -> ",\"hyperparameters\":{\"a\":1" + members(size) + "}"),
                of(
                        "unknown settings of LoRA",
                        10_000,
                        size -> ",\"lora\":{\"rank\":8" + members(size) + "}"),
                of(
                        "targets",
                        10_000,
                        size -> ",\"lora\":{\"targets\":[" + list("\"q\"", size) + "]}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void twiceTheRequestCostsTwiceAtMost(String name, int size, IntFunction<String> requests) {
        Cost.requireLinear(size, requests, this::take);
    }

    private Object take(String body) throws IOException {
        try {
            return reader.read(JSON.readTree(body));
        } catch (RefusedException e) {
            return e;
        }
    }

    private static Arguments of(String name, int size, IntFunction<String> more) {
        IntFunction<String> request =
                n -> "{\"model\":\"base\",\"training_file\":\"file-1\"" + more.apply(n) + "}";
        return Arguments.of(name, size, request);
    }

    private static String probes(String probe, int count) {
        return ",\"probes\":[" + list(probe, count) + "]";
    }

    private static String list(String element, int count) {
        return (element + ",").repeat(count - 1) + element;
    }

    private static String members(int count) {
        StringBuilder members = new StringBuilder();
        for (int i = 0; i < count; i++) {
            members.append(",\"c").append(100_000 + i).append("\":1");
        }
        return members.toString();
    }
}
