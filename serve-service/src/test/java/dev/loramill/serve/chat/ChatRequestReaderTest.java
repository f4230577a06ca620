package dev.loramill.serve.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.loramill.events.ChatMessage;
import dev.loramill.http.ErrorBody;
import dev.loramill.http.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatRequestReaderTest {
    private static final String MINIMUM =
            "\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

    private final ChatRequestReader reader = new ChatRequestReader(512, 100);

    @Test
    void readsTheLeastThatIsNeeded() {
        ChatRequest request = read(MINIMUM);

        assertThat(request.model()).isEqualTo("tiny");
        assertThat(request.messages()).containsExactly(new ChatMessage("user", "Hi"));
        assertThat(request.maxTokens()).isEmpty();
        assertThat(request.stop()).isEmpty();
        assertThat(request.logprobs()).isEmpty();
        assertThat(request.delivery()).isEqualTo(ChatRequest.Delivery.WHOLE);
        assertThat(request.sampling().temperature()).isEqualTo(1f);
        assertThat(request.sampling().topP()).isEqualTo(1f);
        assertThat(request.sampling().repetitionPenalty()).isEqualTo(1f);
    }

    @Test
    void readsAllThatIsSupported() {
        ChatRequest request =
                read(
                        MINIMUM
                                + """
                                ,"temperature":0.5,"top_p":0.9,"top_k":40,"min_p":0.05,"seed":7,
                                "repetition_penalty":1.3,"frequency_penalty":0.5,"presence_penalty":-0.5,
                                "logit_bias":{"5":-100,"6":2.5},"stop":["a","b"],
                                "max_tokens":10,"max_completion_tokens":20,"n":1,
                                "logprobs":true,"top_logprobs":3,
                                "stream":true,"stream_options":{"include_usage":true},
                                "response_format":{"type":"text"},"modalities":["text"],
                                "tools":[],"tool_choice":"none","user":"u","metadata":{}
                                """);

        assertThat(request.sampling().temperature()).isEqualTo(0.5f);
        assertThat(request.sampling().topP()).isEqualTo(0.9f);
        assertThat(request.sampling().topK()).isEqualTo(40);
        assertThat(request.sampling().minP()).isEqualTo(0.05f);
        assertThat(request.sampling().seed()).isEqualTo(7);
        assertThat(request.sampling().repetitionPenalty()).isEqualTo(1.3f);
        assertThat(request.sampling().frequencyPenalty()).isEqualTo(0.5f);
        assertThat(request.sampling().presencePenalty()).isEqualTo(-0.5f);
        assertThat(request.sampling().logitBias())
                .containsEntry(5, Float.NEGATIVE_INFINITY)
                .containsEntry(6, 2.5f);
        assertThat(request.stop()).containsExactly("a", "b");
        assertThat(request.maxTokens()).hasValue(20);
        assertThat(request.logprobs()).hasValue(3);
        assertThat(request.delivery()).isEqualTo(ChatRequest.Delivery.STREAM_WITH_USAGE);
    }

    @Test
    void takesNullForAbsent() {
        ChatRequest request =
                read(
                        MINIMUM
                                + ",\"temperature\":null,\"stop\":null,\"tools\":null,\"seed\":null,\"n\":null"
                                + ",\"stream\":null,\"stream_options\":null,\"response_format\":null");

        assertThat(request.sampling().temperature()).isEqualTo(1f);
        assertThat(request.stop()).isEmpty();
    }

    @Test
    void drawsASeedWhereNoneIsGiven() {
        assertThat(read(MINIMUM).sampling().seed()).isNotEqualTo(read(MINIMUM).sampling().seed());
    }

    @Test
    void readsDeveloperAsSystemAndPartsAsText() {
        ChatRequest request =
                read(
                        """
                        "model":"tiny","messages":[
                        {"role":"developer","content":"Be brief."},
                        {"role":"user","name":"Ann","content":[{"type":"text","text":"How "},{"type":"text","text":"are you?"}]}]
                        """);

        assertThat(request.messages())
                .containsExactly(
                        new ChatMessage("system", "Be brief."),
                        new ChatMessage("user", "How are you?"));
    }

    @Test
    void keepsOnlyTheLikeliestTokenForTopPZero() {
        assertThat(read(MINIMUM + ",\"top_p\":0").sampling().topK()).isEqualTo(1);
    }

    @Test
    void choosesTheLikeliestTokenAtTemperaturesThatLogitsCannotBeDividedBy() {
        assertThat(read(MINIMUM + ",\"temperature\":1e-38").sampling().temperature()).isZero();
        assertThat(read(MINIMUM + ",\"temperature\":0.01").sampling().temperature())
                .isEqualTo(0.01f);
    }

    @Test
    void refusesABiasThatForbidsAllTokensAndTakesOneThatLeavesOne() {
        assertThat(refusal(MINIMUM + ",\"logit_bias\":" + forbidden(512)).message())
                .isEqualTo(
                        "logit_bias must leave a token that may be chosen, all 512 are forbidden by -100");
        assertThat(read(MINIMUM + ",\"logit_bias\":" + forbidden(511)).sampling().logitBias())
                .hasSize(511);
    }

    private static String forbidden(int count) {
        return IntStream.range(0, count)
                .mapToObj("\"%d\":-100"::formatted)
                .collect(Collectors.joining(",", "{", "}"));
    }

    @Test
    void refusesMoreMessagesThanAreReadAndTellsOfTheFirstFaultsOfMany() {
        String message = "{\"role\":\"user\",\"content\":\"a\"}";
        String model = "\"model\":\"tiny\",\"messages\":";
        assertThat(read(model + Collections.nCopies(100, message)).messages()).hasSize(100);
        assertThat(refusal(model + Collections.nCopies(101, message)).message())
                .isEqualTo("messages must be at most 100, got 101; leave out the oldest");
        assertThat(refusal(model + Collections.nCopies(100, "{}")).message())
                .contains("messages[9].role")
                .doesNotContain("messages[20]");
    }

    @Test
    void refusesNamesOfModelsThatNoModelHas() {
        String message =
                refusal(
                                "\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]"
                                        .formatted("a".repeat(1_000)))
                        .message();
        assertThat(message)
                .isEqualTo("model must be a name of at most 256 characters, got one of 1000");
    }

    @Test
    void takesAStopSequenceAsAString() {
        assertThat(read(MINIMUM + ",\"stop\":\"\\n\"").stop()).isEqualTo(List.of("\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "temperature|3|temperature must be a number in [0, 2], got 3",
                "temperature|\"hot\"|temperature must be a number in [0, 2], got \"hot\"",
                "top_p|1.5|top_p must be a number in [0, 1], got 1.5",
                "top_k|-2|top_k must be a whole number of at least -1, got -2",
                "max_tokens|0|max_tokens must be a whole number of at least 1, got 0",
                "max_completion_tokens|1.5|max_completion_tokens must be a whole number of at least 1, got 1.5",
                "seed|0.5|seed must be a whole number of 64 bits, got 0.5",
                "repetition_penalty|0|repetition_penalty must be a number in [0.01, 10], got 0",
                "frequency_penalty|-3|frequency_penalty must be a number in [-2, 2], got -3",
                "stop|[\"a\",\"b\",\"c\",\"d\",\"e\"]|stop must be a string, or up to 4 strings",
                "stop|\"\"|stop must be a string, or up to 4 strings, each of 1 to 1024 characters",
                "n|2|n must be 1",
                "stream|\"yes\"|stream must be true or false",
                "stream_options|{\"include_usage\":true}|stream_options must be absent, or an object where stream is true",
                "logit_bias|{\"512\":1}|logit_bias must be an object of token ids in [0, 511]",
                "top_logprobs|2|top_logprobs needs logprobs to be true",
                "response_format|{\"type\":\"json_object\"}|response_format must be {\"type\":\"text\"}",
                "tools|[{\"type\":\"function\"}]|tools must be absent: tools are not supported",
                "tool_choice|\"required\"|tool_choice must be \"none\" or \"auto\"",
                "modalities|[\"audio\"]|modalities must be [\"text\"]",
                "audio|{}|audio must be absent: it is not supported",
                "temprature|1|temprature is not a field of this request",
            })
    void refusesFieldNamingItTheValueAndWhatIsAllowed(String field, String value, String message) {
        ErrorBody.Fault fault = refusal(MINIMUM + ",\"" + field + "\":" + value);

        assertThat(fault.message()).contains(message);
        assertThat(fault.param()).isEqualTo(field);
        assertThat(fault.type()).isEqualTo("invalid_request_error");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"role\":\"tool\",\"content\":\"x\"}|messages[0].role must be one of",
                "{\"role\":\"user\"}|messages[0].content must be a string",
                "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}|messages[0].content must be a string, or an array of parts of type text",
                "{\"role\":\"assistant\",\"content\":\"x\",\"tool_calls\":[{}]}|messages[0].tool_calls must be absent",
                "\"Hi\"|messages[0] must be an object",
            })
    void refusesMessage(String message, String expected) {
        ErrorBody.Fault fault = refusal("\"model\":\"tiny\",\"messages\":[" + message + "]");

        assertThat(fault.message()).contains(expected);
    }

    @Test
    void reportsAllFaultsAtOnce() {
        ErrorBody.Fault fault = refusal("\"temperature\":9,\"n\":0,\"messages\":[]");

        assertThat(fault.message())
                .contains("model is missing")
                .contains("messages must be an array of at least 1 message")
                .contains("temperature must be")
                .contains("n must be 1");
        assertThat(fault.code()).isEqualTo("missing_required_parameter");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "\"text\"", "{} {}", "null"})
    void refusesWhatIsNoJsonObject(String body) {
        assertThatThrownBy(() -> reader.read(body.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refusal -> {
                            assertThat(refusal.status()).isEqualTo(400);
                            assertThat(refusal.body().error().code()).isEqualTo("invalid_json");
                        });
    }

    private ChatRequest read(String fields) {
        return reader.read(("{" + fields + "}").getBytes(StandardCharsets.UTF_8));
    }

    private ErrorBody.Fault refusal(String fields) {
        RefusedException refusal = catchThrowableOfType(RefusedException.class, () -> read(fields));
        assertThat(refusal).as("refusal").isNotNull();
        assertThat(refusal.status()).isEqualTo(400);
        return refusal.body().error();
    }
}
