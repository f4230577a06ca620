package dev.loramill.llama.binding;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the next token is chosen.
 *
 * <p>The penalties count tokens that were generated, not those of the prompt, and never touch the
 * tokens that generation ends at: otherwise answers become unable to end.
 *
 * @param temperature 0 takes the likeliest token always; larger is more random
 * @param topK keep the k likeliest tokens; 0 for all
 * @param topP keep the likeliest tokens that together reach this probability; 1 for all
 * @param minP keep tokens at least this share as likely as the likeliest; 0 for all
 * @param repetitionPenalty divides positive and multiplies negative logits of generated tokens; 1
 *     for none
 * @param frequencyPenalty is subtracted for each time a token was generated
 * @param presencePenalty is subtracted once if a token was generated
 * @param penaltyWindow latest generated tokens that count; 0 for all
 * @param seed of the random draw; the same seed gives the same tokens from the same logits
 * @param logitBias is added to the logits of these tokens; negative infinity forbids one
 * @param grammar in GBNF with the rule {@code root}, or null
 */
public record SamplerOptions(
        float temperature,
        int topK,
        float topP,
        float minP,
        float repetitionPenalty,
        float frequencyPenalty,
        float presencePenalty,
        int penaltyWindow,
        int seed,
        Map<Integer, Float> logitBias,
        @Nullable String grammar) {

    /** Checks all ranges. */
    public SamplerOptions {
        require("temperature", temperature, temperature >= 0 && temperature <= 100, "[0, 100]");
        require("topK", topK, topK >= 0, "[0, vocabulary]");
        require("topP", topP, topP > 0 && topP <= 1, "(0, 1]");
        require("minP", minP, minP >= 0 && minP <= 1, "[0, 1]");
        require(
                "repetitionPenalty",
                repetitionPenalty,
                repetitionPenalty > 0 && repetitionPenalty <= 100,
                "(0, 100]");
        require("frequencyPenalty", frequencyPenalty, Math.abs(frequencyPenalty) <= 100, "±100");
        require("presencePenalty", presencePenalty, Math.abs(presencePenalty) <= 100, "±100");
        require("penaltyWindow", penaltyWindow, penaltyWindow >= 0, "at least 0");
        logitBias = Map.copyOf(logitBias);
        logitBias.forEach((token, bias) ->
                require(
                        "logitBias of token " + token,
                        bias,
                        !Float.isNaN(bias) && bias != Float.POSITIVE_INFINITY,
                        "a number or negative infinity"));
    }

    /** The likeliest token always. */
    public static SamplerOptions greedy() {
        return new SamplerOptions(0f, 0, 1f, 0f, 1f, 0f, 0f, 0, 0, Map.of(), null);
    }

    /** A random draw from the model's own distribution. */
    public static SamplerOptions random(float temperature, int seed) {
        return new SamplerOptions(temperature, 0, 1f, 0f, 1f, 0f, 0f, 0, seed, Map.of(), null);
    }

    /** The same with other cuts of the distribution. */
    public SamplerOptions withCuts(int k, float p, float min) {
        return new SamplerOptions(
                temperature,
                k,
                p,
                min,
                repetitionPenalty,
                frequencyPenalty,
                presencePenalty,
                penaltyWindow,
                seed,
                logitBias,
                grammar);
    }

    /** The same with other penalties. */
    public SamplerOptions withPenalties(float repetition, float frequency, float presence) {
        return new SamplerOptions(
                temperature,
                topK,
                topP,
                minP,
                repetition,
                frequency,
                presence,
                penaltyWindow,
                seed,
                logitBias,
                grammar);
    }

    /** The same with another window of penalties. */
    public SamplerOptions withPenaltyWindow(int tokens) {
        return new SamplerOptions(
                temperature,
                topK,
                topP,
                minP,
                repetitionPenalty,
                frequencyPenalty,
                presencePenalty,
                tokens,
                seed,
                logitBias,
                grammar);
    }

    /** The same with other biases. */
    public SamplerOptions withLogitBias(Map<Integer, Float> value) {
        return new SamplerOptions(
                temperature,
                topK,
                topP,
                minP,
                repetitionPenalty,
                frequencyPenalty,
                presencePenalty,
                penaltyWindow,
                seed,
                value,
                grammar);
    }

    /** The same with a grammar. */
    public SamplerOptions withGrammar(@Nullable String value) {
        return new SamplerOptions(
                temperature,
                topK,
                topP,
                minP,
                repetitionPenalty,
                frequencyPenalty,
                presencePenalty,
                penaltyWindow,
                seed,
                logitBias,
                value);
    }

    boolean hasPenalties() {
        return repetitionPenalty != 1f || frequencyPenalty != 0f || presencePenalty != 0f;
    }

    private static void require(String name, Number value, boolean isGood, String allowed) {
        if (!isGood) {
            throw new IllegalArgumentException(
                    "%s must be in %s, got %s".formatted(name, allowed, value));
        }
    }
}
