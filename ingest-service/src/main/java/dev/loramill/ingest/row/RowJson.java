package dev.loramill.ingest.row;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.jspecify.annotations.Nullable;

/** Parses single lines strictly: one JSON value, nothing behind it. */
final class RowJson {
    private static final int MAX_DEPTH = 64;
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .build();

    static {
        MAPPER.getFactory()
                .setStreamReadConstraints(
                        StreamReadConstraints.builder()
                                .maxNestingDepth(MAX_DEPTH)
                                .maxStringLength(Integer.MAX_VALUE)
                                .build());
    }

    private RowJson() {}

    /** A parsed line, or the reason why it cannot be parsed. */
    record Parsed(@Nullable JsonNode value, String fault) {}

    static Parsed parse(String line) {
        try {
            return new Parsed(MAPPER.readTree(line), "");
        } catch (JsonProcessingException e) {
            JsonLocation location = e.getLocation();
            String where = location == null ? "" : " at character " + location.getColumnNr();
            return new Parsed(null, "the line is not JSON" + where + ": " + e.getOriginalMessage());
        }
    }

    /** Type of a value in the words of JSON. */
    static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "an array";
            case OBJECT -> "an object";
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "a boolean";
            case NULL, MISSING -> "null";
            case BINARY, POJO -> "a " + value.getNodeType();
        };
    }
}
