package dev.loramill.serve.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Access to the fields of a request that notes all faults instead of stopping at the first. A field
 * that is null counts as absent.
 */
final class RequestFields {
    private static final int MAX_FAULTS = 20;

    private final JsonNode body;
    private final List<Fault> faults = new ArrayList<>();

    /** One thing that is wrong with a request; names and values of any length are cut. */
    record Fault(String field, String code, String message) {
        private static final int LONGEST_FIELD = 100;
        private static final int LONGEST_MESSAGE = 350;

        Fault {
            field = cut(field, LONGEST_FIELD);
            message = cut(message, LONGEST_MESSAGE);
        }

        private static String cut(String text, int longest) {
            return text.length() <= longest ? text : text.substring(0, longest - 3) + "...";
        }
    }

    RequestFields(JsonNode body) {
        this.body = body;
    }

    List<Fault> faults() {
        return faults;
    }

    /** Notes that a field is wrong: what it must be, and what was seen. */
    void refuse(String field, String allowed, JsonNode seen) {
        if (faults.size() < MAX_FAULTS) {
            refuse(
                    new Fault(
                            field,
                            "invalid_value",
                            "%s must be %s, got %s".formatted(field, allowed, abbreviate(seen))));
        }
    }

    /** Notes a fault; the first are enough to tell a client what is wrong. */
    void refuse(Fault fault) {
        if (faults.size() < MAX_FAULTS) {
            faults.add(fault);
        }
    }

    Optional<JsonNode> find(String field) {
        JsonNode value = body.get(field);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    Optional<String> text(String field) {
        Optional<JsonNode> value = find(field);
        value.filter(node -> !node.isTextual()).ifPresent(node -> refuse(field, "a string", node));
        return value.filter(JsonNode::isTextual).map(JsonNode::textValue);
    }

    boolean flag(String field) {
        Optional<JsonNode> value = find(field);
        value.filter(node -> !node.isBoolean())
                .ifPresent(node -> refuse(field, "true or false", node));
        return value.filter(JsonNode::isBoolean).map(JsonNode::booleanValue).orElse(false);
    }

    double number(String field, double least, double most, double otherwise) {
        Optional<JsonNode> value = find(field);
        if (value.isEmpty()) {
            return otherwise;
        }
        JsonNode node = value.get();
        double number = node.doubleValue();
        if (!node.isNumber() || !(number >= least && number <= most)) {
            refuse(field, "a number in [%s, %s]".formatted(plain(least), plain(most)), node);
            return otherwise;
        }
        return number;
    }

    OptionalInt wholeNumber(String field, int least, int most) {
        Optional<JsonNode> value = find(field);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        JsonNode node = value.get();
        if (!node.isIntegralNumber()
                || !node.canConvertToLong()
                || node.longValue() < least
                || node.longValue() > most) {
            refuse(
                    field,
                    most == Integer.MAX_VALUE
                            ? "a whole number of at least " + least
                            : "a whole number in [%d, %d]".formatted(least, most),
                    node);
            return OptionalInt.empty();
        }
        return OptionalInt.of(node.intValue());
    }

    OptionalLong anyWholeNumber(String field) {
        Optional<JsonNode> value = find(field);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        JsonNode node = value.get();
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            refuse(field, "a whole number of 64 bits", node);
            return OptionalLong.empty();
        }
        return OptionalLong.of(node.longValue());
    }

    private static String plain(double bound) {
        return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    }

    private static String abbreviate(JsonNode seen) {
        String text = seen.toString();
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }
}
