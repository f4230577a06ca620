package dev.loramill.llama.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Attributes, elements and slices of values. */
final class Attributes {
    private Attributes() {}

    /** {@code target.name}. */
    static @Nullable Object attribute(@Nullable Object target, Text name) {
        Operators.requireDefined(target);
        return switch (target) {
            case Text text -> {
                Callable method = StringMethods.find(text, name.toString());
                yield method == null ? new Undefined(name.toString()) : method;
            }
            case Map<?, ?> map -> {
                Callable method = mapMethod(map, name.toString());
                yield method != null ? method : entry(map, name);
            }
            case Namespace namespace -> namespace.get(name);
            case LoopState loop -> loop.get(name.toString());
            case null, default -> new Undefined(name.toString());
        };
    }

    private static @Nullable Object entry(Map<?, ?> map, Object key) {
        return map.containsKey(key) ? map.get(key) : new Undefined(key.toString());
    }

    private static @Nullable Callable mapMethod(Map<?, ?> map, String name) {
        return switch (name) {
            case "items" -> _ -> items(map);
            case "keys" -> _ -> Operators.elements(map);
            case "values" ->
                    _ -> {
                        Budget.container(map.size());
                        return new ArrayList<>(map.values());
                    };
            case "get" ->
                    arguments -> {
                        Object key = arguments.get(0, "key");
                        return Operators.isKey(key) && map.containsKey(key)
                                ? map.get(key)
                                : arguments.get(1, "default");
                    };
            default -> null;
        };
    }

    /** Pairs of keys and values. */
    static List<@Nullable Object> items(Map<?, ?> map) {
        Budget.container(4L * map.size());
        List<@Nullable Object> items = new ArrayList<>(map.size());
        map.forEach((key, value) -> items.add(java.util.Arrays.asList(key, value)));
        return items;
    }

    /** {@code target[index]}. */
    static @Nullable Object item(@Nullable Object target, @Nullable Object index) {
        Operators.requireDefined(target);
        if (target instanceof List<?> list && index instanceof Long n) {
            int at = position(n, list.size());
            return at < 0 ? new Undefined("element " + n) : list.get(at);
        }
        if (target instanceof Text text && index instanceof Long n) {
            int at = position(n, text.length());
            return at < 0 ? new Undefined("character " + n) : text.substring(at, at + 1);
        }
        if (target instanceof Map<?, ?> map
                && index != null
                && Operators.isKey(index)
                && map.containsKey(index)) {
            return map.get(index);
        }
        return index instanceof Text name
                ? attribute(target, name)
                : new Undefined("element " + Operators.kind(index));
    }

    private static int position(long index, int size) {
        long at = index < 0 ? index + size : index;
        return at < 0 || at >= size ? -1 : (int) at;
    }

    /** {@code target[from:to:step]}. */
    static Object slice(
            @Nullable Object target,
            @Nullable Object from,
            @Nullable Object to,
            @Nullable Object step) {
        long by = step instanceof Long n ? n : 1;
        if (by == 0) {
            throw new TemplateException("chat template: the step of a slice must not be 0");
        }
        int size =
                switch (target) {
                    case List<?> list -> list.size();
                    case Text text -> text.length();
                    case null, default ->
                            throw new TemplateException(
                                    "chat template: " + Operators.kind(target) + " has no slices");
                };
        long lowest = by > 0 ? 0 : -1;
        long highest = by > 0 ? size : size - 1L;
        long start = bound(from, size, lowest, highest, by > 0 ? lowest : highest);
        long end = bound(to, size, lowest, highest, by > 0 ? highest : lowest);
        if (target instanceof Text text && by == 1) {
            return text.substring((int) start, (int) Math.max(start, end));
        }
        Budget.container(target instanceof Text ? 0 : Math.abs(end - start) / Math.abs(by) + 1);
        Budget.work(target instanceof Text ? Math.abs(end - start) / Math.abs(by) : 0);
        Text.Builder chars = new Text.Builder();
        List<@Nullable Object> elements = new ArrayList<>();
        for (long at = start; by > 0 ? at < end : at > end; at += by) {
            if (target instanceof Text text) {
                chars.append(text, (int) at, (int) at + 1);
            } else if (target instanceof List<?> list) {
                elements.add(list.get((int) at));
            }
        }
        return target instanceof Text ? chars.build() : elements;
    }

    private static long bound(
            @Nullable Object value, int size, long lowest, long highest, long otherwise) {
        if (!(value instanceof Long n)) {
            return otherwise;
        }
        long at = n < 0 ? n + size : n;
        return Math.clamp(at, lowest, highest);
    }
}
