package dev.loramill.serve.chat;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A piece of an answer, in OpenAI's shape.
 *
 * @param usage null where usage was not asked for and the field is to be left out; empty in all
 *     chunks but the last where it was
 */
record ChatChunk(
        String id,
        String object,
        long created,
        String model,
        String systemFingerprint,
        List<Choice> choices,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Optional<Usage> usage) {

    /** A piece of the one answer. */
    record Choice(
            int index, Delta delta, @Nullable Logprobs logprobs, @Nullable String finishReason) {}

    /** What is new. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Delta(@Nullable String role, @Nullable String content) {}

    /** The chunks of one answer. */
    record Maker(OpenAnswer answer, boolean hasUsage) {
        ChatChunk begin() {
            return chunk(new Choice(0, new Delta("assistant", ""), null, null));
        }

        ChatChunk piece(String text, @Nullable Logprobs logprobs) {
            return chunk(new Choice(0, new Delta(null, text), logprobs, null));
        }

        ChatChunk end(String finishReason) {
            return chunk(new Choice(0, new Delta(null, null), null, finishReason));
        }

        ChatChunk usage(int tokenCount) {
            return chunk(List.of(), Optional.of(Usage.of(answer.promptTokenCount(), tokenCount)));
        }

        private ChatChunk chunk(Choice choice) {
            return chunk(List.of(choice), hasUsage ? Optional.empty() : null);
        }

        private ChatChunk chunk(List<Choice> choices, @Nullable Optional<Usage> usage) {
            return new ChatChunk(
                    answer.id(),
                    "chat.completion.chunk",
                    answer.createdAt().getEpochSecond(),
                    answer.model(),
                    answer.fingerprint(),
                    choices,
                    usage);
        }
    }
}
