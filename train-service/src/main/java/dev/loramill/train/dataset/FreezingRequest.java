package dev.loramill.train.dataset;

import org.jspecify.annotations.Nullable;

/**
 * How the rows of a file become a frozen version.
 *
 * @param datasetId id of the dataset that is opened on the file
 * @param fileId the file
 * @param recipe name of the recipe
 * @param baseId base whose tokenizer counts
 * @param sample rows to take; null for all
 * @param seed seed of sample and split
 * @param evalFraction share of rows held out
 * @param maxTokens longest row in tokens; longer ones are dropped and counted
 * @param systemPrompt system prompt of every row; null leaves them as they are
 */
public record FreezingRequest(
        String datasetId,
        String fileId,
        String recipe,
        String baseId,
        @Nullable Integer sample,
        int seed,
        double evalFraction,
        int maxTokens,
        @Nullable String systemPrompt) {}
