package dev.loramill.llama.jinja;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tests that stand after {@code is}. */
final class ValueTests {
    private ValueTests() {}

    static boolean test(String name, @Nullable Object value, List<@Nullable Object> arguments) {
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value == null;
            case "string" -> value instanceof Text;
            case "number" -> value instanceof Number || value instanceof Boolean;
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "mapping" -> value instanceof Map;
            case "sequence" ->
                    value instanceof Collection || value instanceof Map || value instanceof Text;
            case "iterable" ->
                    value instanceof Collection
                            || value instanceof Map
                            || value instanceof Text
                            || value instanceof Undefined;
            case "callable" -> value instanceof Callable;
            case "odd" -> value instanceof Long n && n % 2 != 0;
            case "even" -> value instanceof Long n && n % 2 == 0;
            case "divisibleby" ->
                    value instanceof Long n
                            && argument(name, arguments) instanceof Long d
                            && d != 0
                            && n % d == 0;
            case "lower" -> value instanceof Text t && isCase(t.toString(), false);
            case "upper" -> value instanceof Text t && isCase(t.toString(), true);
            case "eq", "equalto", "sameas" -> Operators.equal(value, argument(name, arguments));
            case "ne" -> !Operators.equal(value, argument(name, arguments));
            case "in" -> Operators.compare("in", value, argument(name, arguments));
            case "lt", "lessthan" -> Operators.compare("<", value, argument(name, arguments));
            case "gt", "greaterthan" -> Operators.compare(">", value, argument(name, arguments));
            case "le" -> Operators.compare("<=", value, argument(name, arguments));
            case "ge" -> Operators.compare(">=", value, argument(name, arguments));
            default ->
                    throw new TemplateException(
                            "chat template: the test \"" + name + "\" is not known");
        };
    }

    private static boolean isCase(String chars, boolean upper) {
        String other =
                upper
                        ? chars.toUpperCase(java.util.Locale.ROOT)
                        : chars.toLowerCase(java.util.Locale.ROOT);
        return chars.equals(other) && chars.chars().anyMatch(Character::isLetter);
    }

    private static @Nullable Object argument(String name, List<@Nullable Object> arguments) {
        if (arguments.isEmpty()) {
            throw new TemplateException(
                    "chat template: the test \"" + name + "\" needs an argument");
        }
        return arguments.getFirst();
    }
}
