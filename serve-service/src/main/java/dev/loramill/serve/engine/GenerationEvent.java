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

    /**
     * The engine failed; the log says more.
     *
     * @param reason sentence for a person
     */
    record Failed(String reason) implements GenerationEvent {}
}
