package dev.loramill.serve.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.ChatMessage;
import dev.loramill.fuzzing.Corpus;
import dev.loramill.fuzzing.Fuzz;
import dev.loramill.fuzzing.JsonMutator;
import dev.loramill.fuzzing.Verdict;
import dev.loramill.http.RefusedException;
import dev.loramill.llama.binding.SamplerOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bodies that are nearly chat requests: refused by name, or within all limits. */
class ChatRequestFuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/fuzz/chat");
    private static final int VOCABULARY = 512;
    private static final int MESSAGES = 100;
    private static final List<String> WORDS =
            List.of(
                    "system",
                    "user",
                    "assistant",
                    "developer",
                    "tool",
                    "model",
                    "messages",
                    "text",
                    "temperature",
                    "top_p",
                    "top_k",
                    "min_p",
                    "seed",
                    "stop",
                    "n",
                    "max_tokens",
                    "logit_bias",
                    "511",
                    "512",
                    "-100",
                    "stream_options",
                    "response_format",
                    "image_url");

    private final ChatRequestReader reader = new ChatRequestReader(VOCABULARY, MESSAGES);

    @Test
    void bodiesAreRefusedByNameOrWithinAllLimits() {
        List<byte[]> corpus = Corpus.of(CORPUS);
        JsonMutator mutator = new JsonMutator(corpus, WORDS);

        Fuzz.target("chat")
                .inputs(10_000)
                .allocatesAtMost(length -> 100L * length + (2 << 20))
                .corpus(corpus)
                .corpus(Corpus.found(CORPUS))
                .run(mutator::mutate, this::judge)
                .requireShares(0.1, 0.2);
    }

    private Verdict judge(byte[] body) {
        ChatRequest request;
        try {
            request = reader.read(body);
        } catch (RefusedException e) {
            assertThat(e.status()).isEqualTo(400);
            assertThat(e.code()).matches("[a-z_]{1,40}");
            assertThat(String.valueOf(e.getMessage())).isNotBlank().hasSizeLessThan(8_000);
            return Verdict.REFUSED;
        }
        assertThat(request.model()).isNotEmpty().hasSizeLessThanOrEqualTo(256);
        assertThat(request.messages()).hasSizeBetween(1, MESSAGES);
        assertThat(request.messages())
                .extracting(ChatMessage::role)
                .isSubsetOf("system", "user", "assistant");
        assertThat(request.maxTokens().orElse(1)).isPositive();
        assertThat(request.stop()).hasSizeLessThanOrEqualTo(4);
        assertThat(request.stop()).allSatisfy(stop -> assertThat(stop).hasSizeBetween(1, 1_024));
        assertThat(request.logprobs().orElse(0)).isBetween(0, 20);
        SamplerOptions sampling = request.sampling();
        assertThat(sampling.temperature()).isBetween(0f, 2f);
        // Logits that are divided by less overflow.
        assertThat(sampling.temperature() == 0 || sampling.temperature() >= 1e-3f).isTrue();
        assertThat(sampling.topP()).isBetween(Float.MIN_NORMAL, 1f);
        assertThat(sampling.repetitionPenalty()).isBetween(0.0099f, 10f);
        assertThat(sampling.logitBias().keySet())
                .allSatisfy(token -> assertThat(token).isBetween(0, VOCABULARY - 1));
        assertThat(sampling.logitBias().values())
                .allSatisfy(bias ->
                        assertThat(bias)
                                .matches(value ->
                                        value == Float.NEGATIVE_INFINITY
                                                || Math.abs(value) <= 100));
        return Verdict.ACCEPTED;
    }
}
