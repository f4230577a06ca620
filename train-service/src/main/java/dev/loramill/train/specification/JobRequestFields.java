package dev.loramill.train.specification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoublePredicate;
import org.jspecify.annotations.Nullable;

/** Fields of one JSON object of a request, each read with its range; faults are collected. */
final class JobRequestFields {
    private static final String INVALID = "invalid_value";
    private static final String AUTO = "auto";
    // Enough to recognise a value, and nothing that makes an answer or a log line large.
    private static final int SHOWN = 200;

    private final JsonNode object;
    private final String path;
    private final Faults faults;

    private JobRequestFields(JsonNode object, String path, Faults faults) {
        this.object = object;
        this.path = path;
        this.faults = faults;
    }

    /** Fields of a whole request. */
    static JobRequestFields of(JsonNode request, Faults faults) {
        return new JobRequestFields(request, "", faults);
    }

    /** A value as a message shows it, cut where it is long. */
    static String shown(Object value) {
        String text = String.valueOf(value);
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    }

    /** Fields of an object within this one; no fields when it is absent or null. */
    JobRequestFields inner(String name) {
        JsonNode node = object.path(name);
        if (!node.isMissingNode() && !node.isNull() && !node.isObject()) {
            fault(name, "must be an object, got " + shown(node));
            node = MissingNode.getInstance();
        }
        return new JobRequestFields(node, pathOf(name) + ".", faults);
    }

    boolean isEmpty() {
        return object.isEmpty();
    }

    /** Notes every field that is not among the known ones. */
    void allow(List<String> known) {
        object.fieldNames()
                .forEachRemaining(name -> {
                    if (!known.contains(name)) {
                        faults.add(
                                "unknown_parameter",
                                pathOf(name),
                                "\"%s\" is not a known field; known are %s"
                                        .formatted(shown(pathOf(name)), String.join(", ", known)));
                    }
                });
    }

    boolean has(String name) {
        JsonNode node = object.path(name);
        return !node.isMissingNode() && !node.isNull();
    }

    JsonNode node(String name) {
        return object.path(name);
    }

    /** A text that is not blank; null when absent or wrong. */
    @Nullable String text(String name, int most) {
        JsonNode node = object.path(name);
        if (!has(name)) {
            return null;
        }
        if (!node.isTextual() || node.asText().isBlank() || node.asText().length() > most) {
            fault(
                    name,
                    "must be a text that is not blank, of at most %d characters, got %s"
                            .formatted(most, shown(node)));
            return null;
        }
        return node.asText();
    }

    @Nullable String choice(String name, List<String> allowed) {
        String text = text(name, SHOWN);
        if (text != null && !allowed.contains(text)) {
            fault(name, "must be one of %s, got \"%s\"".formatted(allowed, text));
            return null;
        }
        return text;
    }

    /** A whole number; null when absent, null or "auto". */
    @Nullable Integer integer(String name, int least, int most) {
        JsonNode node = object.path(name);
        if (!has(name) || isAuto(node)) {
            return null;
        }
        if (!node.isIntegralNumber()
                || !node.canConvertToInt()
                || node.asInt() < least
                || node.asInt() > most) {
            fault(
                    name,
                    "must be a whole number in [%d, %d], got %s"
                            .formatted(least, most, shown(node)));
            return null;
        }
        return node.asInt();
    }

    /** A number; null when absent, null or "auto". */
    @Nullable Double number(String name, DoublePredicate isAllowed, String allowed) {
        JsonNode node = object.path(name);
        if (!has(name) || isAuto(node)) {
            return null;
        }
        if (!node.isNumber() || !isAllowed.test(node.asDouble())) {
            fault(name, "must be a number %s, got %s".formatted(allowed, shown(node)));
            return null;
        }
        return node.asDouble();
    }

    /**
     * A list of texts that are not blank; null when absent or wrong.
     *
     * @param longest greatest length of each
     * @param total greatest length of all together
     */
    @Nullable List<String> texts(String name, int most, int longest, int total) {
        JsonNode node = object.path(name);
        if (!has(name)) {
            return null;
        }
        List<String> texts = new ArrayList<>();
        int length = 0;
        for (JsonNode element : node) {
            String text = element.isTextual() ? element.asText() : "";
            if (!text.isBlank() && text.length() <= longest && text.length() <= total - length) {
                texts.add(text);
                length += text.length();
            }
        }
        if (!node.isArray()
                || texts.isEmpty()
                || texts.size() != node.size()
                || texts.size() > most) {
            fault(
                    name,
                    ("must be a list of 1 to %d texts that are not blank, each of at most %d"
                                    + " characters and of at most %d together, got %s")
                            .formatted(most, longest, total, shown(node)));
            return null;
        }
        return List.copyOf(texts);
    }

    void fault(String name, String what) {
        faults.add(INVALID, pathOf(name), pathOf(name) + " " + what);
    }

    void fault(String code, String name, String what) {
        faults.add(code, pathOf(name), pathOf(name) + " " + what);
    }

    private String pathOf(String name) {
        return path + name;
    }

    private static boolean isAuto(JsonNode node) {
        return node.isTextual() && node.asText().equals(AUTO);
    }
}
