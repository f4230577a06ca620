package dev.loramill.serve.engine;

import dev.loramill.llama.binding.SamplerOptions;

/**
 * A prompt to go on from.
 *
 * @param variant model that answers
 * @param prompt tokens, at least one
 * @param maxTokens most tokens to generate, at least one
 * @param sampling how tokens are chosen
 * @param topLogprobs how many of the likeliest tokens to report in each place, or {@link
 *     #NO_LOGPROBS}
 */
@SuppressWarnings("ArrayRecordComponent") // a prompt is long, is written once and never compared
public record GenerationRequest(
        ModelVariant variant,
        int[] prompt,
        int maxTokens,
        SamplerOptions sampling,
        int topLogprobs) {
    /** No probabilities are reported. */
    public static final int NO_LOGPROBS = -1;

    public GenerationRequest {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("prompt must have at least 1 token, got 0");
        }
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens must be at least 1, got " + maxTokens);
        }
        if (topLogprobs < NO_LOGPROBS) {
            throw new IllegalArgumentException(
                    "topLogprobs must be at least -1, got " + topLogprobs);
        }
    }

    /** The same with another bound. */
    GenerationRequest withMaxTokens(int value) {
        return new GenerationRequest(variant, prompt, value, sampling, topLogprobs);
    }
}
