package dev.loramill.llama.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What Python's operators do with the values of a template. */
final class Operators {
    private static final int MAX_REPEATED = 1 << 20;

    private Operators() {}

    /** Whether a value counts as true. */
    static boolean truth(@Nullable Object value) {
        return switch (value) {
            case null -> false;
            case Undefined _ -> false;
            case Boolean b -> b;
            case Long n -> n != 0;
            case Double x -> x != 0;
            case Text text -> !text.isEmpty();
            case Collection<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            default -> true;
        };
    }

    /** The value as it is printed. */
    static Text print(@Nullable Object value) {
        return switch (value) {
            case Text text -> text;
            case Undefined _ -> Text.EMPTY;
            case null, default -> PythonText.of(value);
        };
    }

    static @Nullable Object arithmetic(
            String operator, @Nullable Object left, @Nullable Object right) {
        requireDefined(left);
        requireDefined(right);
        if (operator.equals("~")) {
            return print(left).concat(print(right));
        }
        if (operator.equals("+")) {
            if (left instanceof Text a && right instanceof Text b) {
                return a.concat(b);
            }
            if (left instanceof List<?> a && right instanceof List<?> b) {
                List<@Nullable Object> joined = new ArrayList<>(a);
                joined.addAll(b);
                return joined;
            }
        }
        if (operator.equals("*") && left instanceof Text text && right instanceof Long count) {
            return repeat(text, count);
        }
        Object a = left instanceof Boolean bool ? Long.valueOf(bool ? 1 : 0) : left;
        Object b = right instanceof Boolean bool ? Long.valueOf(bool ? 1 : 0) : right;
        if (a instanceof Long x && b instanceof Long y) {
            return whole(operator, x, y);
        }
        if (a instanceof Number x && b instanceof Number y) {
            return real(operator, x.doubleValue(), y.doubleValue());
        }
        throw new TemplateException(
                "chat template: the operator %s is not defined for %s and %s"
                        .formatted(operator, kind(left), kind(right)));
    }

    private static Text repeat(Text text, long count) {
        if (count > 0 && text.length() > MAX_REPEATED / count) {
            throw new TemplateException("chat template: a repeated text is too long");
        }
        Text.Builder builder = new Text.Builder();
        for (long i = 0; i < count; i++) {
            builder.append(text);
        }
        return builder.build();
    }

    private static Object whole(String operator, long x, long y) {
        if (y == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw new TemplateException("chat template: division by zero");
        }
        return switch (operator) {
            case "+" -> x + y;
            case "-" -> x - y;
            case "*" -> x * y;
            case "/" -> (double) x / y;
            case "//" -> Math.floorDiv(x, y);
            case "%" -> Math.floorMod(x, y);
            case "**" ->
                    y >= 0
                            ? (Object) (long) Math.pow((double) x, (double) y)
                            : (Object) Math.pow((double) x, (double) y);
            default -> throw new IllegalArgumentException(operator);
        };
    }

    private static Object real(String operator, double x, double y) {
        return switch (operator) {
            case "+" -> x + y;
            case "-" -> x - y;
            case "*" -> x * y;
            case "/" -> x / y;
            case "//" -> Math.floor(x / y);
            case "%" -> x - y * Math.floor(x / y);
            case "**" -> Math.pow(x, y);
            default -> throw new IllegalArgumentException(operator);
        };
    }

    static boolean compare(String operator, @Nullable Object left, @Nullable Object right) {
        return switch (operator) {
            case "==" -> equal(left, right);
            case "!=" -> !equal(left, right);
            case "in" -> contains(right, left);
            case "not in" -> !contains(right, left);
            case "<" -> order(left, right) < 0;
            case ">" -> order(left, right) > 0;
            case "<=" -> order(left, right) <= 0;
            case ">=" -> order(left, right) >= 0;
            default -> throw new IllegalArgumentException(operator);
        };
    }

    static boolean equal(@Nullable Object left, @Nullable Object right) {
        if (left instanceof Undefined || right instanceof Undefined) {
            return left instanceof Undefined && right instanceof Undefined;
        }
        Object a = left instanceof Boolean bool ? Long.valueOf(bool ? 1 : 0) : left;
        Object b = right instanceof Boolean bool ? Long.valueOf(bool ? 1 : 0) : right;
        if (a instanceof Number x && b instanceof Number y) {
            return x.doubleValue() == y.doubleValue();
        }
        return Objects.equals(a, b);
    }

    static int order(@Nullable Object left, @Nullable Object right) {
        requireDefined(left);
        requireDefined(right);
        if (left instanceof Number x && right instanceof Number y) {
            return Double.compare(x.doubleValue(), y.doubleValue());
        }
        if (left instanceof Text a && right instanceof Text b) {
            return a.compareTo(b);
        }
        throw new TemplateException(
                "chat template: %s and %s have no order".formatted(kind(left), kind(right)));
    }

    private static boolean contains(@Nullable Object container, @Nullable Object element) {
        return switch (container) {
            case Text text ->
                    element instanceof Text part && text.toString().contains(part.toString());
            case Map<?, ?> map -> element instanceof Text && map.containsKey(element);
            case Collection<?> list -> list.stream().anyMatch(other -> equal(other, element));
            case Undefined _ -> false;
            case null, default ->
                    throw new TemplateException(
                            "chat template: " + kind(container) + " contains nothing");
        };
    }

    /** What {@code for} goes through: elements, keys or characters. */
    static List<@Nullable Object> elements(@Nullable Object value) {
        return switch (value) {
            case List<?> list -> new ArrayList<>(list);
            case Map<?, ?> map -> new ArrayList<>(map.keySet());
            case Text text -> {
                List<@Nullable Object> chars = new ArrayList<>();
                for (int at = 0; at < text.length(); ) {
                    int next = text.toString().offsetByCodePoints(at, 1);
                    chars.add(text.substring(at, next));
                    at = next;
                }
                yield chars;
            }
            case Undefined _ -> List.of();
            case null, default ->
                    throw new TemplateException(
                            "chat template: " + kind(value) + " has no elements");
        };
    }

    static void requireDefined(@Nullable Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.used();
        }
    }

    /** A value's kind, for people. */
    static String kind(@Nullable Object value) {
        return switch (value) {
            case null -> "none";
            case Undefined(String what) -> "the undefined \"" + what + "\"";
            case Boolean _ -> "a boolean";
            case Long _, Double _ -> "a number";
            case Text _ -> "a string";
            case Map<?, ?> _ -> "a mapping";
            case Collection<?> _ -> "a list";
            default -> "an object";
        };
    }
}
