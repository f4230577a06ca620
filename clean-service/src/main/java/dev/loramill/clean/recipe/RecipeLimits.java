package dev.loramill.clean.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How large a recipe may be, looked at before anything is made of it, so that reading, compiling
 * and running it have bounds.
 */
final class RecipeLimits {
    /** Characters of the whole document, without white space between its members. */
    static final int DOCUMENT_LENGTH = 256 << 10;

    /** Rules of a recipe. */
    static final int RULES = 200;

    /** Phrases, patterns and triggers of one rule, of each. */
    static final int EXPRESSIONS_OF_RULE = 500;

    /** Phrases, patterns and triggers of a recipe, all together. */
    static final int EXPRESSIONS = 3_000;

    /** Examples of one rule, of each kind, and of a recipe; messages of an example. */
    static final int EXAMPLES = 100;

    /** Characters of one text of an example. */
    static final int EXAMPLE_LENGTH = 20_000;

    /** Characters of what {@code replace} puts in the place of a match. */
    static final int REPLACEMENT_LENGTH = 2_000;

    /** Characters of a description, and of what is wrong with a row. */
    static final int DESCRIPTION_LENGTH = 2_000;

    private final List<String> faults = new ArrayList<>();

    private RecipeLimits() {}

    /** A sentence for each limit that a document passes; empty when it keeps to all. */
    static List<String> faults(JsonNode document) {
        RecipeLimits limits = new RecipeLimits();
        limits.look(document);
        return List.copyOf(limits.faults);
    }

    private void look(JsonNode document) {
        int length = document.toString().length();
        if (length > DOCUMENT_LENGTH) {
            faults.add(
                    "a recipe may have %d characters, this one has %d; make several recipes of it, or take out examples"
                            .formatted(DOCUMENT_LENGTH, length));
            return;
        }
        requireStorable("the recipe", document);
        text("description", document.path("description"), DESCRIPTION_LENGTH);
        count("rules", document.path("rules"), RULES);
        count("examples", document.path("examples"), EXAMPLES);
        int expressions = 0;
        int index = 0;
        for (JsonNode rule : document.path("rules")) {
            String path = "rules[%d]".formatted(index++);
            for (String member : List.of("phrases", "patterns", "triggers")) {
                count(path + "." + member, rule.path(member), EXPRESSIONS_OF_RULE);
                expressions += rule.path(member).size();
            }
            text(path + ".with", rule.path("with"), REPLACEMENT_LENGTH);
            text(path + ".because", rule.path("because"), DESCRIPTION_LENGTH);
            for (Map.Entry<String, JsonNode> examples : rule.path("examples").properties()) {
                String list = path + ".examples." + examples.getKey();
                count(list, examples.getValue(), EXAMPLES);
                texts(list, examples.getValue());
            }
        }
        if (expressions > EXPRESSIONS) {
            faults.add(
                    "all rules together may have %d phrases, patterns and triggers, these have %d"
                            .formatted(EXPRESSIONS, expressions));
        }
        index = 0;
        for (JsonNode example : document.path("examples")) {
            String path = "examples[%d]".formatted(index++);
            for (Map.Entry<String, JsonNode> member : example.properties()) {
                count(path + "." + member.getKey(), member.getValue(), EXAMPLES);
                texts(path + "." + member.getKey(), member.getValue());
            }
        }
    }

    private void count(String path, JsonNode array, int most) {
        if (array.size() > most) {
            faults.add("%s may have %d entries, it has %d".formatted(path, most, array.size()));
        }
    }

    private void text(String path, JsonNode text, int most) {
        int length = text.asText("").length();
        if (length > most) {
            faults.add("%s may have %d characters, it has %d".formatted(path, most, length));
        }
    }

    private void texts(String path, JsonNode tree) {
        if (tree.isTextual()) {
            text(path, tree, EXAMPLE_LENGTH);
        }
        tree.forEach(element -> texts(path, element));
    }

    /** What PostgreSQL or UTF-8 cannot hold is no part of a recipe. */
    private boolean requireStorable(String path, JsonNode tree) {
        if (tree.isTextual() && !isStorable(tree.textValue())) {
            faults.add(
                    "%s must hold neither U+0000 nor half of a surrogate pair; one of its texts does"
                            .formatted(path));
            return false;
        }
        for (Map.Entry<String, JsonNode> member : tree.properties()) {
            if (!isStorable(member.getKey())) {
                faults.add(
                        path + " must not have members with U+0000 or surrogates in their names");
                return false;
            }
        }
        for (JsonNode element : tree) {
            if (!requireStorable(path, element)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isStorable(String text) {
        return text.codePoints()
                .allMatch(character ->
                        character != 0 && Character.getType(character) != Character.SURROGATE);
    }
}
