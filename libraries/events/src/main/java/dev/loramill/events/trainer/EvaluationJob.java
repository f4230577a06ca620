package dev.loramill.events.trainer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the evaluation's child process reads.
 *
 * @param base path of the base's GGUF file
 * @param adapter path of the adapter's GGUF file
 * @param probes questions
 * @param systemPrompt system prompt of each; null for none
 * @param maxTokens greatest number of tokens in an answer
 * @param threads threads that decode
 */
public record EvaluationJob(
        String base,
        String adapter,
        List<String> probes,
        @Nullable String systemPrompt,
        int maxTokens,
        int threads) {}
