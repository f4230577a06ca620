package dev.loramill.serve.stream;

import dev.loramill.serve.engine.TokenLogprobs;
import java.util.List;

/** What happens in an answer, in order; nothing comes after an end or a failure. */
public sealed interface AnswerEvent {
    /**
     * Text to pass on.
     *
     * @param text the next piece; empty only where there are probabilities
     * @param logprobs of the tokens that the text comes from, where they are asked for
     */
    record Piece(String text, List<TokenLogprobs> logprobs) implements AnswerEvent {
        public Piece {
            logprobs = List.copyOf(logprobs);
        }
    }

    /**
     * The answer is complete.
     *
     * @param finishReason {@code stop} or {@code length}
     * @param tokenCount tokens that were generated
     */
    record Complete(String finishReason, int tokenCount) implements AnswerEvent {}

    /** The answer breaks off: a fault, or nobody wants the rest. */
    record Broken(String reason) implements AnswerEvent {}
}
