package dev.loramill.ingest.row;

import com.fasterxml.jackson.databind.JsonNode;

/** Reads the fields of a row as the formats need them. */
final class RowFields {
    private RowFields() {}

    /** The field, which must be there and not null. */
    static JsonNode required(JsonNode object, String field, String path) throws RowRefusal {
        JsonNode value = object.get(field);
        if (value == null || value.isNull()) {
            throw new RowRefusal(
                    RowRule.MISSING_FIELD,
                    "field \"%s\" is %s".formatted(path, value == null ? "missing" : "null"));
        }
        return value;
    }

    /** The field's text, which must be there. */
    static String requiredText(JsonNode object, String field) throws RowRefusal {
        return text(required(object, field, field), field);
    }

    /** The field's text, or an empty one when the field is not there or null. */
    static String optionalText(JsonNode object, String field) throws RowRefusal {
        JsonNode value = object.get(field);
        return value == null || value.isNull() ? "" : text(value, field);
    }

    /** A value's text; surrogates must come in pairs and U+0000 must not occur. */
    static String text(JsonNode value, String path) throws RowRefusal {
        if (!value.isTextual()) {
            throw wrongType(path, "a string", value);
        }
        String text = value.textValue();
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            boolean isPair =
                    Character.isHighSurrogate(character)
                            && i + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(i + 1));
            if (isPair) {
                i++;
            } else if (character == 0 || Character.isSurrogate(character)) {
                throw new RowRefusal(
                        RowRule.UNSTORABLE_TEXT,
                        "field \"%s\" holds \\u%04x at character %d, which cannot be stored as text"
                                .formatted(path, (int) character, i + 1));
            }
        }
        return text;
    }

    static RowRefusal wrongType(String path, String wanted, JsonNode seen) {
        return new RowRefusal(
                RowRule.WRONG_TYPE,
                "field \"%s\" must be %s, got %s".formatted(path, wanted, RowJson.typeOf(seen)));
    }
}
