package dev.loramill.llama.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The filters that stand after {@code |}. */
final class Filters {
    private Filters() {}

    static @Nullable Object apply(String name, @Nullable Object value, CallArguments arguments) {
        return switch (name) {
            case "trim" ->
                    Operators.print(value)
                            .strip(
                                    true,
                                    true,
                                    arguments.has(0, "chars")
                                            ? arguments.text(0, "chars").toString()
                                            : null);
            case "length", "count" -> length(value);
            case "tojson" -> toJson(value, arguments);
            case "upper" -> {
                Text text = Operators.print(value);
                yield text.withChars(text.toString().toUpperCase(Locale.ROOT));
            }
            case "lower" -> {
                Text text = Operators.print(value);
                yield text.withChars(text.toString().toLowerCase(Locale.ROOT));
            }
            case "title" -> StringMethods.title(Operators.print(value));
            case "capitalize" -> StringMethods.capitalize(Operators.print(value));
            case "string" -> Operators.print(value);
            case "safe" -> value;
            case "e", "escape" -> escape(Operators.print(value));
            case "replace" ->
                    Operators.print(value)
                            .replace(arguments.text(0, "old").toString(), arguments.text(1, "new"));
            case "indent" -> indent(Operators.print(value), arguments);
            case "default", "d" ->
                    value instanceof Undefined
                                    || (arguments.flag(1, "boolean", false)
                                            && !Operators.truth(value))
                            ? arguments.has(0, "default_value")
                                    ? arguments.get(0, "default_value")
                                    : Text.EMPTY
                            : value;
            case "int" -> toWhole(value, arguments.whole(0, "default", 0));
            case "float" -> toReal(value);
            case "abs" ->
                    value instanceof Long n
                            ? (Object) Math.abs(n)
                            : value instanceof Double x ? (Object) Math.abs(x) : toReal(value);
            case "round" -> round(value, arguments.whole(0, "precision", 0));
            case "list" -> Operators.elements(value);
            case "first" -> {
                List<@Nullable Object> elements = Operators.elements(value);
                yield elements.isEmpty() ? new Undefined("first") : elements.getFirst();
            }
            case "last" -> {
                List<@Nullable Object> elements = Operators.elements(value);
                yield elements.isEmpty() ? new Undefined("last") : elements.getLast();
            }
            case "join" -> join(value, arguments);
            case "reverse" -> reverse(value);
            case "sort" -> sort(value, arguments);
            case "unique" -> unique(value);
            case "sum" -> sum(value);
            case "min" -> least(value, Operators::order);
            case "max" -> least(value, (a, b) -> Operators.order(b, a));
            case "items" -> value instanceof Map<?, ?> map ? Attributes.items(map) : List.of();
            case "dictsort" -> dictSort(value);
            case "map" -> map(value, arguments);
            case "select" -> select(value, arguments, true, false);
            case "reject" -> select(value, arguments, false, false);
            case "selectattr" -> select(value, arguments, true, true);
            case "rejectattr" -> select(value, arguments, false, true);
            default ->
                    throw new TemplateException(
                            "chat template: the filter \"" + name + "\" is not known");
        };
    }

    private static @Nullable Object least(
            @Nullable Object value, Comparator<@Nullable Object> order) {
        List<@Nullable Object> elements = Operators.elements(value);
        return elements.isEmpty() ? new Undefined("min or max") : Collections.min(elements, order);
    }

    private static long length(@Nullable Object value) {
        return switch (value) {
            case Text text -> {
                Budget.scan(text.length());
                yield text.toString().codePointCount(0, text.length());
            }
            case Collection<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case Undefined _ -> 0;
            case null, default ->
                    throw new TemplateException(
                            "chat template: " + Operators.kind(value) + " has no length");
        };
    }

    private static Text toJson(@Nullable Object value, CallArguments arguments) {
        Operators.requireDefined(value);
        Object indent = arguments.get(1, "indent");
        if (arguments.positional().size() == 1 && arguments.get(0, "indent") instanceof Long n) {
            indent = n;
        }
        String step =
                switch (indent) {
                    case Long n -> " ".repeat((int) Math.clamp(n, 0, 32));
                    case Text text -> text.toString();
                    case null, default -> null;
                };
        return new JsonText(
                        step,
                        Operators.truth(arguments.named().get("ensure_ascii")),
                        Operators.truth(arguments.named().get("sort_keys")),
                        arguments.named().get("separators") instanceof List<?> list ? list : null)
                .write(value);
    }

    private static Text escape(Text text) {
        return text.replace("&", Text.of("&amp;"))
                .replace("<", Text.of("&lt;"))
                .replace(">", Text.of("&gt;"))
                .replace("'", Text.of("&#39;"))
                .replace("\"", Text.of("&#34;"));
    }

    private static Text indent(Text text, CallArguments arguments) {
        Object width = arguments.get(0, "width");
        String step =
                width instanceof Text given
                        ? given.toString()
                        : " ".repeat((int) Math.clamp(arguments.whole(0, "width", 4), 0, 256));
        boolean first = arguments.flag(1, "first", false);
        boolean blank = arguments.flag(2, "blank", false);
        Text.Builder builder = new Text.Builder();
        int at = 0;
        boolean isFirst = true;
        while (at <= text.length()) {
            int end = text.indexOf("\n", at);
            int stop = end < 0 ? text.length() : end;
            if (isFirst ? first : blank || stop > at) {
                builder.append(step, Text.TEMPLATE);
            }
            isFirst = false;
            builder.append(text, at, end < 0 ? stop : stop + 1);
            if (end < 0) {
                break;
            }
            at = end + 1;
        }
        return builder.build();
    }

    private static Object toWhole(@Nullable Object value, long otherwise) {
        return switch (value) {
            case Long n -> n;
            case Boolean b -> b ? 1L : 0L;
            case Double x -> x.longValue();
            case Text text -> {
                try {
                    yield Long.parseLong(text.toString().strip());
                } catch (NumberFormatException e) {
                    yield otherwise;
                }
            }
            case null, default -> otherwise;
        };
    }

    private static Object toReal(@Nullable Object value) {
        return switch (value) {
            case Number n -> n.doubleValue();
            case Text text -> {
                try {
                    yield Double.parseDouble(text.toString().strip());
                } catch (NumberFormatException e) {
                    yield 0.0;
                }
            }
            case null, default -> 0.0;
        };
    }

    private static Object round(@Nullable Object value, long precision) {
        double x = (double) toReal(value);
        double factor = Math.pow(10, (double) precision);
        return Math.rint(x * factor) / factor;
    }

    private static Text join(@Nullable Object value, CallArguments arguments) {
        List<@Nullable Object> elements = Operators.elements(value);
        if (arguments.has(1, "attribute")) {
            Text attribute = arguments.text(1, "attribute");
            elements.replaceAll(element -> path(element, attribute));
        }
        return StringMethods.join(arguments.text(0, "d", Text.EMPTY), elements);
    }

    private static @Nullable Object path(@Nullable Object value, Text attribute) {
        Object at = value;
        Budget.work(attribute.length());
        for (String name : attribute.toString().split("\\.", -1)) {
            at = at instanceof Undefined ? at : Attributes.item(at, Text.of(name));
        }
        return at;
    }

    private static Object reverse(@Nullable Object value) {
        List<@Nullable Object> elements = Operators.elements(value);
        Collections.reverse(elements);
        return value instanceof Text ? StringMethods.join(Text.EMPTY, elements) : elements;
    }

    private static List<@Nullable Object> sort(@Nullable Object value, CallArguments arguments) {
        List<@Nullable Object> elements = Operators.elements(value);
        Object attribute = arguments.get(2, "attribute");
        elements.sort((a, b) ->
                attribute instanceof Text name
                        ? Operators.order(path(a, name), path(b, name))
                        : Operators.order(a, b));
        if (arguments.flag(0, "reverse", false)) {
            Collections.reverse(elements);
        }
        return elements;
    }

    private static List<@Nullable Object> unique(@Nullable Object value) {
        List<@Nullable Object> unique = new ArrayList<>();
        Set<@Nullable Object> keys = new HashSet<>();
        List<@Nullable Object> others = new ArrayList<>();
        for (Object element : Operators.elements(value)) {
            boolean isNew;
            if (Operators.isKey(element)) {
                isNew = keys.add(comparable(element));
            } else {
                Budget.work(others.size());
                isNew = others.stream().noneMatch(other -> Operators.equal(other, element));
                others.add(element);
            }
            if (isNew) {
                unique.add(element);
            }
        }
        return unique;
    }

    /** The same for values that are equal: 1, 1.0 and true. */
    private static @Nullable Object comparable(@Nullable Object key) {
        return switch (key) {
            case Boolean bool -> bool ? 1.0 : 0.0;
            // As compared, 0.0 and -0.0 are equal.
            case Number n -> n.doubleValue() + 0.0;
            case null, default -> key;
        };
    }

    private static @Nullable Object sum(@Nullable Object value) {
        Object total = 0L;
        for (Object element : Operators.elements(value)) {
            Budget.work(1);
            total = Operators.arithmetic("+", total, element);
        }
        return total;
    }

    private static Object dictSort(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new TemplateException(
                    "chat template: " + Operators.kind(value) + " cannot be sorted by key");
        }
        Budget.container(2L * map.size());
        List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
        entries.sort((a, b) -> Operators.order(folded(a.getKey()), folded(b.getKey())));
        Map<@Nullable Object, @Nullable Object> sorted = new LinkedHashMap<>();
        entries.forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return Attributes.items(sorted);
    }

    private static @Nullable Object folded(@Nullable Object key) {
        return key instanceof Text text
                ? text.withChars(text.toString().toLowerCase(Locale.ROOT))
                : key;
    }

    private static List<@Nullable Object> map(@Nullable Object value, CallArguments arguments) {
        List<@Nullable Object> elements = Operators.elements(value);
        if (arguments.named().containsKey("attribute")) {
            Text attribute = arguments.text(Integer.MAX_VALUE, "attribute");
            Object otherwise = arguments.named().get("default");
            elements.replaceAll(element -> {
                Object found = path(element, attribute);
                return found instanceof Undefined && arguments.named().containsKey("default")
                        ? otherwise
                        : found;
            });
            return elements;
        }
        String filter = arguments.text(0, "filter").toString();
        CallArguments rest = rest(filter, arguments, 1);
        elements.replaceAll(element -> apply(filter, element, rest));
        return elements;
    }

    private static List<@Nullable Object> select(
            @Nullable Object value, CallArguments arguments, boolean wanted, boolean byAttribute) {
        int first = byAttribute ? 1 : 0;
        String test =
                arguments.positional().size() > first
                        ? arguments.text(first, "test").toString()
                        : "";
        CallArguments rest = rest(test, arguments, first + 1);
        List<@Nullable Object> selected = new ArrayList<>();
        for (Object element : Operators.elements(value)) {
            Object tested = byAttribute ? path(element, arguments.text(0, "attribute")) : element;
            boolean holds =
                    test.isEmpty()
                            ? Operators.truth(tested)
                            : ValueTests.test(symbol(test), tested, rest.positional());
            if (holds == wanted) {
                selected.add(element);
            }
        }
        return selected;
    }

    private static String symbol(String test) {
        return switch (test) {
            case "==" -> "eq";
            case "!=" -> "ne";
            case "<" -> "lt";
            case ">" -> "gt";
            case "<=" -> "le";
            case ">=" -> "ge";
            default -> test;
        };
    }

    private static CallArguments rest(String function, CallArguments arguments, int from) {
        List<@Nullable Object> positional = arguments.positional();
        return new CallArguments(
                function,
                positional.subList(Math.min(from, positional.size()), positional.size()),
                arguments.named());
    }
}
