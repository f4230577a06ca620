package dev.loramill.trainer.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The fields of one JSON object; wrong ones are noted and read as their default. */
final class JobFields {
    private final String prefix;
    private final ObjectNode object;
    private final List<String> faults;
    private final Set<String> known = new HashSet<>();

    JobFields(String prefix, ObjectNode object, List<String> faults) {
        this.prefix = prefix;
        this.object = object;
        this.faults = faults;
    }

    String name(String field) {
        return prefix + field;
    }

    JobFields object(String field) {
        JsonNode value = value(field);
        if (value instanceof ObjectNode inner) {
            return new JobFields(name(field) + ".", inner, faults);
        }
        if (value != null) {
            fault(field, "a JSON object", value);
        }
        return new JobFields(name(field) + ".", JsonNodeFactory.instance.objectNode(), faults);
    }

    @Nullable String text(String field, @Nullable String otherwise) {
        JsonNode value = value(field);
        if (value == null) {
            return otherwise;
        }
        if (!value.isTextual()) {
            fault(field, "a text", value);
            return otherwise;
        }
        return value.textValue();
    }

    List<String> texts(String field, List<String> otherwise) {
        JsonNode value = value(field);
        if (value == null) {
            return otherwise;
        }
        if (value.isTextual()) {
            return List.of(value.textValue());
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : value) {
            if (element.isTextual()) {
                texts.add(element.textValue());
            } else {
                fault(field, "a list of texts", element);
            }
        }
        if (!value.isArray()) {
            fault(field, "a list of texts", value);
        }
        return texts;
    }

    boolean flag(String field, boolean otherwise) {
        JsonNode value = value(field);
        if (value != null && !value.isBoolean()) {
            fault(field, "true or false", value);
        }
        return value == null ? otherwise : value.booleanValue();
    }

    int integer(String field, int otherwise, int lowest, int highest) {
        JsonNode value = value(field);
        if (value == null) {
            return otherwise;
        }
        if (!value.canConvertToExactIntegral()
                || !value.canConvertToInt()
                || value.intValue() < lowest
                || value.intValue() > highest) {
            fault(field, "a whole number in [" + lowest + ", " + highest + "]", value);
            return otherwise;
        }
        return value.intValue();
    }

    OptionalInt optionalInteger(String field, int lowest) {
        return value(field) == null
                ? OptionalInt.empty()
                : OptionalInt.of(integer(field, lowest, lowest, Integer.MAX_VALUE));
    }

    OptionalLong optionalLong(String field, long lowest) {
        JsonNode value = value(field);
        if (value == null) {
            return OptionalLong.empty();
        }
        if (!value.canConvertToExactIntegral()
                || !value.canConvertToLong()
                || value.longValue() < lowest) {
            fault(field, "a whole number of at least " + lowest, value);
            return OptionalLong.empty();
        }
        return OptionalLong.of(value.longValue());
    }

    double number(String field, double otherwise, double lowest, double highest) {
        JsonNode value = value(field);
        if (value == null) {
            return otherwise;
        }
        if (!value.isNumber()
                || !(value.doubleValue() >= lowest && value.doubleValue() <= highest)) {
            fault(field, "a number in [" + lowest + ", " + highest + "]", value);
            return otherwise;
        }
        return value.doubleValue();
    }

    OptionalDouble optionalNumber(String field, double lowest, double highest) {
        return value(field) == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(number(field, lowest, lowest, highest));
    }

    <E extends Enum<E>> E choice(String field, Class<E> type, E otherwise) {
        JsonNode value = value(field);
        if (value == null) {
            return otherwise;
        }
        for (E constant : EnumSet.allOf(type)) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(value.textValue())) {
                return constant;
            }
        }
        String allowed =
                EnumSet.allOf(type).stream()
                        .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(", "));
        fault(field, "one of " + allowed, value);
        return otherwise;
    }

    /** Notes every field that was not asked for. */
    void refuseOthers(String... allowed) {
        known.addAll(List.of(allowed));
        object.fieldNames()
                .forEachRemaining(field -> {
                    if (!known.contains(field)) {
                        faults.add(
                                name(field)
                                        + " is not a field of a job; allowed here: "
                                        + known.stream()
                                                .sorted()
                                                .collect(Collectors.joining(", ")));
                    }
                });
    }

    private @Nullable JsonNode value(String field) {
        known.add(field);
        JsonNode value = object.get(field);
        return value == null || value.isNull() ? null : value;
    }

    private void fault(String field, String allowed, JsonNode value) {
        faults.add(name(field) + " must be " + allowed + ", got " + value);
    }
}
