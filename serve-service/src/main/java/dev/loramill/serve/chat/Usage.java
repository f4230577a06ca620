package dev.loramill.serve.chat;

/**
 * Tokens of a request and its answer.
 *
 * @param promptTokens tokens of the rendered conversation
 * @param completionTokens tokens that were generated
 * @param totalTokens both
 */
record Usage(int promptTokens, int completionTokens, int totalTokens) {
    static Usage of(int promptTokens, int completionTokens) {
        return new Usage(promptTokens, completionTokens, promptTokens + completionTokens);
    }
}
