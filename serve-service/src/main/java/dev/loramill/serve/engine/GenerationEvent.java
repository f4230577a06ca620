package dev.loramill.serve.engine;

import org.jspecify.annotations.Nullable;

/** What happens in a generation, in order; nothing comes after an end or a failure. */
public sealed interface GenerationEvent {
    /**
     * A token was generated.
     *
     * @param token its id; never one that ends generation
     * @param logprobs how likely it was, where the request asks for it
     */
    record Generated(int token, @Nullable TokenLogprobs logprobs) implements GenerationEvent {}

    /** The generation is complete. */
    record Ended(FinishReason reason) implements GenerationEvent {}

    /** It was cancelled, and nothing is generated any more. */
    record Cancelled() implements GenerationEvent {}

    /**
     * The engine failed, or is being closed.
     *
     * @param reason sentence for a person
     * @param cause what was thrown, for the log; null when the engine is being closed
     */
    record Failed(String reason, @Nullable Throwable cause) implements GenerationEvent {}
}
