package dev.loramill.serve.chat;

import dev.loramill.events.ChatMessage;
import dev.loramill.llama.binding.SamplerOptions;
import java.util.List;
import java.util.OptionalInt;

/**
 * A request for an answer, checked.
 *
 * @param model name of the model that is asked
 * @param messages the conversation so far, at least one message
 * @param maxTokens most tokens of the answer, where the request says so
 * @param sampling how tokens are chosen
 * @param stop texts that end the answer
 * @param logprobs whether probabilities are wanted, and of how many tokens in each place
 * @param delivery how the answer is sent
 */
record ChatRequest(
        String model,
        List<ChatMessage> messages,
        OptionalInt maxTokens,
        SamplerOptions sampling,
        List<String> stop,
        OptionalInt logprobs,
        Delivery delivery) {
    ChatRequest {
        messages = List.copyOf(messages);
        stop = List.copyOf(stop);
    }

    /** How an answer is sent. */
    enum Delivery {
        /** As a whole. */
        WHOLE,
        /** Piece by piece. */
        STREAM,
        /** Piece by piece, then the number of tokens. */
        STREAM_WITH_USAGE
    }
}
