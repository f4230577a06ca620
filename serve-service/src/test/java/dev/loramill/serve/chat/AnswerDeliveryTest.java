package dev.loramill.serve.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.loramill.events.ChatMessage;
import dev.loramill.http.RefusedException;
import dev.loramill.llama.binding.SamplerOptions;
import dev.loramill.serve.LoggedLines;
import dev.loramill.serve.engine.TokenLogprobs;
import dev.loramill.serve.stream.Answer;
import dev.loramill.serve.stream.AnswerEvent;
import dev.loramill.serve.stream.EventStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class AnswerDeliveryTest {
    /** Writes as the service's own mapper does. */
    private static final ObjectMapper JSON =
            new ObjectMapper()
                    .registerModule(new Jdk8Module())
                    .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

    @Test
    void putsTheWholeAnswerTogether() throws Exception {
        ChatCompletion completion =
                AnswerDelivery.complete(
                        answer(piece("Hello"), piece(" there"), complete("stop", 3)),
                        request(ChatRequest.Delivery.WHOLE, OptionalInt.empty()));

        JsonNode json = JSON.valueToTree(completion);
        assertThat(json.at("/object").asText()).isEqualTo("chat.completion");
        assertThat(json.at("/choices/0/message/content").asText()).isEqualTo("Hello there");
        assertThat(json.at("/choices/0/message/role").asText()).isEqualTo("assistant");
        assertThat(json.at("/choices/0/message").has("refusal")).isTrue();
        assertThat(json.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
        assertThat(json.at("/choices/0").has("logprobs")).isTrue();
        assertThat(json.at("/usage/prompt_tokens").asInt()).isEqualTo(7);
        assertThat(json.at("/usage/completion_tokens").asInt()).isEqualTo(3);
        assertThat(json.at("/usage/total_tokens").asInt()).isEqualTo(10);
    }

    @Test
    void answersWithAnErrorWhenTheWholeAnswerBreaksOff() {
        assertThatThrownBy(() ->
                        AnswerDelivery.complete(
                                answer(piece("Hel"), broken("the engine failed")),
                                request(ChatRequest.Delivery.WHOLE, OptionalInt.empty())))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refusal -> {
                            assertThat(refusal.status()).isEqualTo(503);
                            assertThat(refusal.retryAfter()).isPresent();
                            assertThat(refusal).hasMessage("the engine failed");
                        });
    }

    @Test
    void logsWhyAnAnswerBrokeOffAndNothingOfOneThatNobodyWants() throws Exception {
        IllegalStateException cause = new IllegalStateException("on purpose");
        try (LoggedLines logged = LoggedLines.of(AnswerDelivery.class.getName())) {
            stream(ChatRequest.Delivery.STREAM, piece("a"), new AnswerEvent.Cancelled());
            assertThatThrownBy(() -> complete(new AnswerEvent.Cancelled()))
                    .isInstanceOf(RefusedException.class);
            assertThat(logged.all()).isEmpty();

            stream(ChatRequest.Delivery.STREAM, new AnswerEvent.Broken("it failed", cause));
            assertThatThrownBy(() -> complete(new AnswerEvent.Broken("it failed", cause)))
                    .isInstanceOf(RefusedException.class);

            assertThat(logged.all())
                    .hasSize(2)
                    .allSatisfy(line -> {
                        assertThat(line.text()).contains("model=tiny", "reason=it failed");
                        assertThat(line.cause()).isSameAs(cause);
                    });
        }
    }

    @Test
    void namesTheTokensWithTheirProbabilities() throws Exception {
        TokenLogprobs logprobs =
                new TokenLogprobs(
                        new TokenLogprobs.Candidate(1, -0.5),
                        List.of(new TokenLogprobs.Candidate(2, -0.25)));

        ChatCompletion completion =
                AnswerDelivery.complete(
                        answer(
                                new AnswerEvent.Piece("a", List.of(logprobs)),
                                complete("length", 1)),
                        request(ChatRequest.Delivery.WHOLE, OptionalInt.of(1)));

        JsonNode token = JSON.valueToTree(completion).at("/choices/0/logprobs/content/0");
        assertThat(token.at("/token").asText()).isEqualTo("token1");
        assertThat(token.at("/logprob").asDouble()).isEqualTo(-0.5);
        assertThat(token.at("/bytes/0").asInt()).isEqualTo(0xff);
        assertThat(token.at("/top_logprobs/0/token").asText()).isEqualTo("token2");
    }

    @Test
    void streamsRoleThenPiecesThenReasonThenUsage() throws Exception {
        List<String> events =
                stream(
                        ChatRequest.Delivery.STREAM_WITH_USAGE,
                        piece("Hé"),
                        piece("llo 😀"),
                        complete("stop", 2));

        assertThat(events).hasSize(6).last().isEqualTo("[DONE]");
        List<JsonNode> chunks = new ArrayList<>();
        for (String event : events.subList(0, 5)) {
            chunks.add(JSON.readTree(event));
        }
        assertThat(chunks.get(0).at("/choices/0/delta/role").asText()).isEqualTo("assistant");
        assertThat(chunks.get(1).at("/choices/0/delta/content").asText()).isEqualTo("Hé");
        assertThat(chunks.get(2).at("/choices/0/delta/content").asText()).isEqualTo("llo 😀");
        assertThat(chunks.get(2).at("/choices/0/delta").has("role")).isFalse();
        assertThat(chunks.get(3).at("/choices/0/delta").isEmpty()).isTrue();
        assertThat(chunks.get(3).at("/choices/0/finish_reason").asText()).isEqualTo("stop");
        assertThat(chunks.get(4).at("/choices").isEmpty()).isTrue();
        assertThat(chunks.get(4).at("/usage/completion_tokens").asInt()).isEqualTo(2);
        assertThat(chunks.subList(0, 4))
                .allSatisfy(chunk -> assertThat(chunk.get("usage").isNull()).isTrue());
    }

    @Test
    void leavesUsageOutWhereItIsNotAskedFor() throws Exception {
        List<String> events = stream(ChatRequest.Delivery.STREAM, piece("a"), complete("stop", 1));

        assertThat(events).hasSize(4).noneMatch(event -> event.contains("usage"));
    }

    @Test
    void tellsAFailureInTheMiddleAsAnErrorEventAndEndsWithoutDone() throws Exception {
        List<String> events =
                stream(ChatRequest.Delivery.STREAM, piece("Hel"), broken("the engine failed"));

        assertThat(events).hasSize(3);
        JsonNode error = JSON.readTree(events.getLast()).path("error");
        assertThat(error.path("message").asText()).isEqualTo("the engine failed");
        assertThat(error.path("type").asText()).isEqualTo("server_error");
        assertThat(error.path("code").asText()).isEqualTo("generation_failed");
    }

    @Test
    void passesOnThatTheClientIsGone() {
        OutputStream gone =
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("gone");
                    }
                };

        assertThatThrownBy(() ->
                        AnswerDelivery.stream(
                                answer(piece("a"), complete("stop", 1)),
                                request(ChatRequest.Delivery.STREAM, OptionalInt.empty()),
                                new EventStream(gone, JSON)))
                .isInstanceOf(IOException.class)
                .hasMessage("gone");
    }

    private static ChatCompletion complete(AnswerEvent event) throws InterruptedException {
        return AnswerDelivery.complete(
                answer(event), request(ChatRequest.Delivery.WHOLE, OptionalInt.empty()));
    }

    /** What stands behind {@code data: } of each event. */
    private static List<String> stream(ChatRequest.Delivery delivery, AnswerEvent... events)
            throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AnswerDelivery.stream(
                answer(events), request(delivery, OptionalInt.empty()), new EventStream(out, JSON));
        String text = out.toString(StandardCharsets.UTF_8);
        assertThat(text).endsWith("\n\n");
        List<String> sent = new ArrayList<>();
        for (String event : text.split("\n\n")) {
            assertThat(event).startsWith("data: ").doesNotContain("\n");
            sent.add(event.substring("data: ".length()));
        }
        return sent;
    }

    private static OpenAnswer answer(AnswerEvent... events) {
        Queue<AnswerEvent> left = new ArrayDeque<>(List.of(events));
        Answer answer =
                new Answer() {
                    @Override
                    public AnswerEvent next() {
                        return left.remove();
                    }

                    @Override
                    public void cancel() {}
                };
        TokenTexts tokens =
                new TokenTexts() {
                    @Override
                    public String text(int token) {
                        return "token" + token;
                    }

                    @Override
                    public byte[] bytes(int token) {
                        return new byte[] {(byte) 0xff};
                    }
                };
        return new OpenAnswer("chatcmpl-1", Instant.EPOCH, "tiny", "fp", 7, answer, tokens);
    }

    private static ChatRequest request(ChatRequest.Delivery delivery, OptionalInt logprobs) {
        return new ChatRequest(
                "tiny",
                List.of(new ChatMessage("user", "Hi")),
                OptionalInt.empty(),
                SamplerOptions.greedy(),
                List.of(),
                logprobs,
                delivery);
    }

    private static AnswerEvent piece(String text) {
        return new AnswerEvent.Piece(text, List.of());
    }

    private static AnswerEvent complete(String reason, int tokenCount) {
        return new AnswerEvent.Complete(reason, tokenCount);
    }

    private static AnswerEvent broken(String reason) {
        return new AnswerEvent.Broken(reason, null);
    }
}
