package dev.loramill.http;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says in a client's words what JSON was not what a route takes; names no class of ours. */
final class JsonFault {
    private static final String CODE = "invalid_json";

    private JsonFault() {}

    static RefusedException refusal(MismatchedInputException fault) {
        String field = field(fault.getPath());
        if (fault instanceof UnrecognizedPropertyException unknown) {
            return RefusedException.invalid(
                    "unknown_parameter",
                    field,
                    "there is no field \"%s\"; known are %s"
                            .formatted(field, known(unknown.getKnownPropertyIds())));
        }
        if (String.valueOf(fault.getOriginalMessage()).startsWith("Trailing token")) {
            return RefusedException.invalid(
                    CODE, null, "the body must be one JSON value, and more follows behind it");
        }
        String expected = name(fault.getTargetType());
        return field.isEmpty()
                ? RefusedException.invalid(CODE, null, "the body must be " + expected)
                : RefusedException.invalid(CODE, field, field + " must be " + expected);
    }

    private static String known(@Nullable Collection<Object> names) {
        return names == null
                ? "none"
                : names.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
    }

    /** Such as {@code messages[2].role}; empty when the body as a whole is meant. */
    private static String field(List<JsonMappingException.Reference> path) {
        StringBuilder field = new StringBuilder();
        for (JsonMappingException.Reference step : path) {
            if (step.getFieldName() == null) {
                field.append('[').append(step.getIndex()).append(']');
            } else {
                field.append(field.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return field.toString();
    }

    private static String name(@Nullable Class<?> type) {
        if (type == null) {
            return "what the route takes";
        }
        if (type == String.class) {
            return "a text";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (List.of(int.class, Integer.class, long.class, Long.class).contains(type)) {
            return "a whole number";
        }
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return "a number";
        }
        if (type.isArray() || Collection.class.isAssignableFrom(type)) {
            return "an array";
        }
        return type.isRecord() || Map.class.isAssignableFrom(type)
                ? "a JSON object"
                : "what the route takes";
    }
}
