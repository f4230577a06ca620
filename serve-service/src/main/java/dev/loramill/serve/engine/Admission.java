package dev.loramill.serve.engine;

/** What the engine says to a request. */
public sealed interface Admission {
    /** It is generated, or waits for a slot. */
    record Accepted(Generation generation) implements Admission {}

    /** So many requests wait already that it is not taken. */
    record QueueFull(int limit) implements Admission {}

    /**
     * The prompt leaves no room for an answer.
     *
     * @param tokenCount tokens in the prompt
     * @param limit most tokens of prompt and answer together
     */
    record PromptTooLong(int tokenCount, int limit) implements Admission {}

    /** The adapter was retired a moment ago. */
    record VariantRetired() implements Admission {}

    /** The engine is being closed. */
    record ShuttingDown() implements Admission {}
}
