package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
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
public record FreezeRequest(
        String base,
        @Nullable Integer sample,
        long seed,
        double evalFraction,
        int maxTokens,
        OverLength overLength,
        @Nullable String systemPrompt) {
    /** Fewest rows that can be split into two sides. */
    public static final int MIN_SAMPLE = 2;

    /** Least value of {@code maxTokens}. */
    public static final int MIN_MAX_TOKENS = 16;

    /** Greatest value of {@code maxTokens}. */
    public static final int MAX_MAX_TOKENS = 131_072;

    /** What becomes of a row that has more tokens than allowed. */
    public enum OverLength {
        /** It is left out, and counted. */
        @JsonProperty("drop")
        DROP,
        /** The end of its last answer is cut off, and it is counted. */
        @JsonProperty("truncate")
        TRUNCATE,
        /** Nothing is frozen. */
        @JsonProperty("error")
        ERROR;

        /** Name in JSON. */
        public String label() {
            return switch (this) {
                case DROP -> "drop";
                case TRUNCATE -> "truncate";
                case ERROR -> "error";
            };
        }
    }

    /**
     * Checks the request.
     *
     * @throws IllegalArgumentException naming every fault, by the names that HTTP has for the
     *     members
     */
    public FreezeRequest {
        List<String> faults = new ArrayList<>();
        if (!EventLimits.isId(base)) {
            faults.add("base must name a base model");
        }
        if (sample != null && sample < MIN_SAMPLE) {
            faults.add("sample must be >= %d, got %d".formatted(MIN_SAMPLE, sample));
        }
        if (!(evalFraction > 0 && evalFraction < 1)) {
            faults.add("eval_fraction must be above 0 and below 1, got " + evalFraction);
        }
        if (maxTokens < MIN_MAX_TOKENS || maxTokens > MAX_MAX_TOKENS) {
            faults.add(
                    "max_tokens must be in [%d, %d], got %d"
                            .formatted(MIN_MAX_TOKENS, MAX_MAX_TOKENS, maxTokens));
        }
        if (systemPrompt != null && systemPrompt.isBlank()) {
            faults.add("system_prompt must not be blank; leave it out for none");
        }
        if (systemPrompt != null
                && (systemPrompt.length() > EventLimits.SYSTEM_PROMPT
                        || !EventLimits.isStorable(systemPrompt))) {
            faults.add(
                    "system_prompt must have at most %,d characters, without U+0000 and halves of surrogate pairs, got %,d"
                            .formatted(EventLimits.SYSTEM_PROMPT, systemPrompt.length()));
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
    }

    /**
     * Names this request of one dataset: SHA-256 over JSON of both, members in the order of their
     * names, those that are null left out. The same request asked again has the same digest.
     *
     * @return 64 lower-case hexadecimal digits
     */
    public String digest(String datasetId) {
        ObjectNode json = EventJson.mapper().valueToTree(this);
        json.put("datasetId", datasetId);
        TreeMap<String, Object> sorted = new TreeMap<>();
        json.properties()
                .forEach(member -> {
                    if (!member.getValue().isNull()) {
                        sorted.put(member.getKey(), member.getValue());
                    }
                });
        try {
            return Sha256.hex(
                    EventJson.mapper().writeValueAsString(sorted).getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write a freeze request as JSON", e);
        }
    }
}
