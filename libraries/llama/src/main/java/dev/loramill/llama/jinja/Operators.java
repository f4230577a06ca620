package dev.loramill.llama.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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
                Budget.container((long) a.size() + b.size());
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
        return switch (a) {
            case Text text -> b instanceof Text other && equalTexts(text, other);
            case List<?> list -> b instanceof List<?> other && equalLists(list, other);
            case Map<?, ?> map -> b instanceof Map<?, ?> other && equalMaps(map, other);
            case null, default -> a == b;
        };
    }

    private static boolean equalTexts(Text a, Text b) {
        if (a.length() != b.length()) {
            return false;
        }
        Budget.scan(a.length());
        return a.equals(b);
    }

    /** A list may hold another twice, that one a third, and so on: each look is paid for. */
    private static boolean equalLists(List<?> a, List<?> b) {
        Budget.work(1);
        if (a.size() != b.size()) {
            return false;
        }
        Budget.work(a.size());
        for (int i = 0; i < a.size(); i++) {
            if (!equal(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalMaps(Map<?, ?> a, Map<?, ?> b) {
        Budget.work(1);
        if (a.size() != b.size()) {
            return false;
        }
        Budget.work(a.size());
        for (Map.Entry<?, ?> entry : a.entrySet()) {
            if (!b.containsKey(entry.getKey()) || !equal(entry.getValue(), b.get(entry.getKey()))) {
                return false;
            }
        }
        return true;
    }

    /** A key of a mapping: as in Python, nothing that can change. */
    static @Nullable Object key(@Nullable Object value) {
        if (!isKey(value)) {
            throw new TemplateException("chat template: " + kind(value) + " cannot be a key");
        }
        return value;
    }

    static boolean isKey(@Nullable Object value) {
        return value == null
                || value instanceof Text
                || value instanceof Number
                || value instanceof Boolean;
    }

    static int order(@Nullable Object left, @Nullable Object right) {
        requireDefined(left);
        requireDefined(right);
        if (left instanceof Number x && right instanceof Number y) {
            return Double.compare(x.doubleValue(), y.doubleValue());
        }
        Budget.work(1);
        if (left instanceof Text a && right instanceof Text b) {
            Budget.scan(Math.min(a.length(), b.length()));
            return a.compareTo(b);
        }
        throw new TemplateException(
                "chat template: %s and %s have no order".formatted(kind(left), kind(right)));
    }

    private static boolean contains(@Nullable Object container, @Nullable Object element) {
        return switch (container) {
            case Text text -> element instanceof Text part && text.indexOf(part.toString(), 0) >= 0;
            case Map<?, ?> map -> element instanceof Text && map.containsKey(element);
            case Collection<?> list -> {
                Budget.work(list.size());
                yield list.stream().anyMatch(other -> equal(other, element));
            }
            case Undefined _ -> false;
            case null, default ->
                    throw new TemplateException(
                            "chat template: " + kind(container) + " contains nothing");
        };
    }

    /** What {@code for} goes through: elements, keys or characters. */
    static List<@Nullable Object> elements(@Nullable Object value) {
        return switch (value) {
            case List<?> list -> {
                Budget.container(list.size());
                yield new ArrayList<>(list);
            }
            case Map<?, ?> map -> {
                Budget.container(map.size());
                yield new ArrayList<>(map.keySet());
            }
            case Text text -> {
                Budget.container(text.length());
                List<@Nullable Object> chars = new ArrayList<>();
                for (int at = 0; at < text.length(); ) {
                    int next = text.toString().offsetByCodePoints(at, 1);
                    chars.add(text.substring(at, next));
                    at = next;
                }
                yield chars;
            }
            case Undefined _ -> new ArrayList<>();
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
