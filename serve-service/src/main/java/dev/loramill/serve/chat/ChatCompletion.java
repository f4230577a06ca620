package dev.loramill.serve.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An answer as a whole, in OpenAI's shape. */
record ChatCompletion(
        String id,
        String object,
        long created,
        String model,
        String systemFingerprint,
        List<Choice> choices,
        Usage usage) {

    /** The one answer. */
    record Choice(int index, Message message, @Nullable Logprobs logprobs, String finishReason) {}

    /** What the assistant says. */
    record Message(String role, String content, @Nullable String refusal) {}

    static ChatCompletion of(
            OpenAnswer answer,
            String content,
            @Nullable Logprobs logprobs,
            String finishReason,
            int tokenCount) {
        return new ChatCompletion(
                answer.id(),
                "chat.completion",
                answer.createdAt().getEpochSecond(),
                answer.model(),
                answer.fingerprint(),
                List.of(
                        new Choice(
                                0,
                                new Message("assistant", content, null),
                                logprobs,
                                finishReason)),
                Usage.of(answer.promptTokenCount(), tokenCount));
    }
}
