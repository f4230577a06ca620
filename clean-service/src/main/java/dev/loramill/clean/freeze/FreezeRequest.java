package dev.loramill.clean.freeze;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.clean.json.CanonicalJson;
import dev.loramill.http.RefusedException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a dataset is to be frozen.
 *
 * @param base id of the base whose tokenizer counts
 * @param sample rows to take; null for all
 * @param seed seed of sampling and split
 * @param evalFraction share of questions held out, above 0 and below 1
 * @param maxTokens longest row, rendered, in tokens
 * @param overLength what becomes of longer rows
 * @param systemPrompt system prompt that takes the place of each row's own; null keeps those
 */
record FreezeRequest(
        String base,
        @Nullable Integer sample,
        long seed,
        double evalFraction,
        int maxTokens,
        OverLength overLength,
        @Nullable String systemPrompt) {
    private static final long DEFAULT_SEED = 42;
    private static final double DEFAULT_EVAL_FRACTION = 0.1;
    private static final int DEFAULT_MAX_TOKENS = 512;
    private static final int MIN_MAX_TOKENS = 16;
    private static final int MAX_MAX_TOKENS = 131_072;

    /** What becomes of a row that has more tokens than allowed. */
    enum OverLength {
        /** It is left out, and counted. */
        @JsonProperty("drop")
        DROP,
        /** The end of its last answer is cut off, and it is counted. */
        @JsonProperty("truncate")
        TRUNCATE,
        /** Nothing is frozen. */
        @JsonProperty("error")
        ERROR;

        String label() {
            return switch (this) {
                case DROP -> "drop";
                case TRUNCATE -> "truncate";
                case ERROR -> "error";
            };
        }
    }

    /** The request as it comes over HTTP, before defaults. */
    record Body(
            @Nullable String base,
            @Nullable Integer sample,
            @Nullable Long seed,
            @Nullable Double evalFraction,
            @Nullable Integer maxTokens,
            @Nullable OverLength overLength,
            @Nullable String systemPrompt) {
        /**
         * Checks and completes the request.
         *
         * @throws RefusedException naming every fault
         */
        FreezeRequest complete() {
            List<String> faults = new ArrayList<>();
            double fraction = evalFraction == null ? DEFAULT_EVAL_FRACTION : evalFraction;
            int tokens = maxTokens == null ? DEFAULT_MAX_TOKENS : maxTokens;
            if (base == null || base.isBlank()) {
                faults.add("base must name a base model");
            }
            if (sample != null && sample < 2) {
                faults.add("sample must be >= 2, got " + sample);
            }
            if (!(fraction > 0 && fraction < 1)) {
                faults.add("eval_fraction must be above 0 and below 1, got " + fraction);
            }
            if (tokens < MIN_MAX_TOKENS || tokens > MAX_MAX_TOKENS) {
                faults.add(
                        "max_tokens must be in [%d, %d], got %d"
                                .formatted(MIN_MAX_TOKENS, MAX_MAX_TOKENS, tokens));
            }
            if (systemPrompt != null && systemPrompt.isBlank()) {
                faults.add("system_prompt must not be blank; leave it out for none");
            }
            if (!faults.isEmpty() || base == null) {
                throw RefusedException.invalid(
                        "invalid_freeze_request", null, String.join("; ", faults));
            }
            return new FreezeRequest(
                    base,
                    sample,
                    seed == null ? DEFAULT_SEED : seed,
                    fraction,
                    tokens,
                    overLength == null ? OverLength.DROP : overLength,
                    systemPrompt);
        }
    }

    /** Digest of all that decides what the version holds, beside the rows. */
    String digest(String datasetId, String baseSha256) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("datasetId", datasetId)
                .put("format", Manifest.FORMAT)
                .put("base", base)
                .put("baseSha256", baseSha256)
                .put("sample", sample)
                .put("seed", seed)
                .put("evalFraction", evalFraction)
                .put("maxTokens", maxTokens)
                .put("overLength", overLength.label())
                .put("systemPrompt", systemPrompt);
        return CanonicalJson.digest(json);
    }
}
