package dev.loramill.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Bodies that differ from a good one in one place, each in a way that a program may choke on. */
final class HostileRecords {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MANY = 20_000;
    private static final int LONG = 300_000;

    private static final List<JsonNode> TEXTS =
            List.of(
                    NODES.textNode("a\0b"),
                    NODES.textNode("\0"),
                    NODES.textNode(""),
                    NODES.textNode("../../../tmp/x"),
                    NODES.textNode("a\nWARN b\r\n"),
                    NODES.textNode("x".repeat(LONG)),
                    NODES.numberNode(7),
                    NODES.nullNode(),
                    NODES.objectNode());

    private static final List<JsonNode> NUMBERS =
            List.of(
                    NODES.numberNode(Long.MAX_VALUE),
                    NODES.numberNode(Long.MIN_VALUE),
                    NODES.numberNode(Integer.MAX_VALUE),
                    NODES.numberNode(-1),
                    NODES.numberNode(0),
                    NODES.numberNode(1e15),
                    NODES.numberNode(1e308),
                    NODES.textNode("Infinity"),
                    NODES.textNode("NaN"),
                    NODES.nullNode());

    private HostileRecords() {}

    /** Variants of a body, as JSON. */
    static List<String> of(String body) throws Exception {
        List<String> variants = new ArrayList<>();
        ObjectNode good = (ObjectNode) JSON.readTree(body);
        vary(good, good, variants);
        // Half of a surrogate pair is written as an escape, which no encoder makes by itself.
        variants.addAll(
                variants.stream()
                        .filter(variant -> variant.contains("\\u0000"))
                        .map(variant -> variant.replace("\\u0000", "\\ud83d"))
                        .toList());
        variants.add("null");
        variants.add("[]");
        variants.add("{");
        variants.add("[".repeat(MANY));
        return variants;
    }

    private static void vary(ObjectNode root, JsonNode at, List<String> variants) throws Exception {
        switch (at) {
            case ObjectNode object -> {
                for (String name : List.copyOf(names(object))) {
                    JsonNode value = object.get(name);
                    for (JsonNode other : others(value)) {
                        object.set(name, other);
                        variants.add(JSON.writeValueAsString(root));
                    }
                    object.set(name, value);
                    vary(root, value, variants);
                }
            }
            case ArrayNode list -> {
                for (int i = 0; i < list.size(); i++) {
                    JsonNode value = list.get(i);
                    for (JsonNode other : others(value)) {
                        list.set(i, other);
                        variants.add(JSON.writeValueAsString(root));
                    }
                    list.set(i, value);
                    vary(root, value, variants);
                }
            }
            default -> {}
        }
    }

    private static List<String> names(ObjectNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<JsonNode> others(JsonNode value) {
        if (value.isTextual()) {
            return TEXTS;
        }
        if (value.isNumber()) {
            return NUMBERS;
        }
        if (value instanceof ArrayNode list && !list.isEmpty()) {
            ArrayNode many = NODES.arrayNode();
            for (int i = 0; i < MANY; i++) {
                many.add(list.get(0));
            }
            return List.of(many, NODES.arrayNode(), NODES.arrayNode().addNull(), NODES.nullNode());
        }
        return List.of(NODES.nullNode(), NODES.textNode("x"), NODES.numberNode(1));
    }
}
