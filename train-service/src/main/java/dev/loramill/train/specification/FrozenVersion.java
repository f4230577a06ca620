package dev.loramill.train.specification;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.EventJson;
import dev.loramill.events.TrainServeContract;
import org.jspecify.annotations.Nullable;

/**
 * What training must know of a frozen version.
 *
 * @param digest SHA-256 of its manifest; names it
 * @param datasetId dataset that it was frozen from
 * @param baseId base whose tokenizer counted its tokens
 * @param contract what training and serving must agree on
 * @param train rows to train on
 * @param trainRows number of them
 * @param eval rows held out
 * @param evalRows number of them
 * @param recipe name of the recipe that it was cleaned with
 * @param sample rows that were asked for; null for all
 * @param evalFraction share of rows that was asked to be held out
 * @param maxTokens longest row that was let in, in tokens
 * @param systemPrompt system prompt that all rows begin with; null when they differ or have none
 */
public record FrozenVersion(
        String digest,
        String datasetId,
        String baseId,
        TrainServeContract contract,
        ArtifactReference train,
        long trainRows,
        ArtifactReference eval,
        long evalRows,
        String recipe,
        @Nullable Integer sample,
        double evalFraction,
        int maxTokens,
        @Nullable String systemPrompt) {

    /**
     * Reads a manifest.
     *
     * @throws IllegalArgumentException when something is missing in it
     */
    static FrozenVersion read(String digest, JsonNode manifest) {
        return new FrozenVersion(
                digest,
                text(manifest, "/dataset/id"),
                text(manifest, "/base/id"),
                value(manifest, "/contract", TrainServeContract.class),
                value(manifest, "/train/artifact", ArtifactReference.class),
                number(manifest, "/train/rows"),
                value(manifest, "/eval/artifact", ArtifactReference.class),
                number(manifest, "/eval/rows"),
                text(manifest, "/recipe/name"),
                manifest.path("sample").isInt() ? manifest.path("sample").asInt() : null,
                manifest.path("evalFraction").asDouble(),
                Math.toIntExact(number(manifest, "/maxTokens")),
                manifest.path("systemPrompt").asText(null));
    }

    private static String text(JsonNode manifest, String pointer) {
        JsonNode node = manifest.at(pointer);
        if (!node.isTextual()) {
            throw missing(pointer);
        }
        return node.asText();
    }

    private static long number(JsonNode manifest, String pointer) {
        JsonNode node = manifest.at(pointer);
        if (!node.isIntegralNumber()) {
            throw missing(pointer);
        }
        return node.asLong();
    }

    private static <T> T value(JsonNode manifest, String pointer, Class<T> type) {
        JsonNode node = manifest.at(pointer);
        if (!node.isObject()) {
            throw missing(pointer);
        }
        try {
            return EventJson.mapper().treeToValue(node, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "%s of the manifest is malformed: %s"
                            .formatted(pointer, e.getOriginalMessage()),
                    e);
        }
    }

    private static IllegalArgumentException missing(String pointer) {
        return new IllegalArgumentException(
                "the manifest has no %s of the kind expected".formatted(pointer));
    }
}
