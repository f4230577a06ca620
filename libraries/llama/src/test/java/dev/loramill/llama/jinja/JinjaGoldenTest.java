package dev.loramill.llama.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every feature of the language gives what Python's jinja2 gives. */
class JinjaGoldenTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final LocalDate DATE = LocalDate.of(2024, 7, 26);

    private static String resource(String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(JinjaGoldenTest.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Map<String, Object> variables() throws IOException {
        JsonNode variables = JSON.readTree(resource("language-cases.json")).get("variables");
        return JSON.convertValue(
                variables, new com.fasterxml.jackson.core.type.TypeReference<>() {});
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<Arguments> rendered() throws IOException {
        return resource("goldens.jsonl")
                .lines()
                .map(JinjaGoldenTest::parse)
                .filter(golden -> golden.has("text"))
                .map(golden ->
                        Arguments.of(golden.get("source").asText(), golden.get("text").asText()));
    }

    static Stream<Arguments> refused() throws IOException {
        return resource("goldens.jsonl")
                .lines()
                .map(JinjaGoldenTest::parse)
                .filter(golden -> golden.has("refused"))
                .map(golden -> Arguments.of(golden.get("source").asText()));
    }

    @ParameterizedTest
    @MethodSource("rendered")
    void rendersAsPythonDoes(String source, String expected) throws IOException {
        assertThat(JinjaTemplate.parse(source).render(variables(), DATE)).hasToString(expected);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesWhatPythonRefuses(String source) {
        assertThatThrownBy(() -> JinjaTemplate.parse(source).render(variables(), DATE))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("chat template");
    }
}
