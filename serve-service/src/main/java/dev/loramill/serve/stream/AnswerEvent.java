package dev.loramill.serve.stream;

import dev.loramill.serve.engine.TokenLogprobs;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    /** The answer breaks off because nobody wants the rest. */
    record Cancelled() implements AnswerEvent {}

    /**
     * The answer breaks off by a fault.
     *
     * @param reason sentence for the client
     * @param cause what was thrown, for the log; null when the engine is being closed
     */
    record Broken(String reason, @Nullable Throwable cause) implements AnswerEvent {}
}
