package dev.loramill.llama.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluated arguments, read by position or by name. */
record CallArguments(
        String function, List<@Nullable Object> positional, Map<String, @Nullable Object> named) {

    boolean has(int index, String name) {
        return index < positional.size() || named.containsKey(name);
    }

    @Nullable Object get(int index, String name) {
        return index < positional.size() ? positional.get(index) : named.get(name);
    }

    Text text(int index, String name) {
        if (get(index, name) instanceof Text text) {
            return text;
        }
        throw wrong(index, name, "a string");
    }

    Text text(int index, String name, Text otherwise) {
        return has(index, name) ? text(index, name) : otherwise;
    }

    long whole(int index, String name, long otherwise) {
        if (!has(index, name)) {
            return otherwise;
        }
        if (get(index, name) instanceof Long n) {
            return n;
        }
        throw wrong(index, name, "a whole number");
    }

    boolean flag(int index, String name, boolean otherwise) {
        return has(index, name) ? Operators.truth(get(index, name)) : otherwise;
    }

    private TemplateException wrong(int index, String name, String wanted) {
        return new TemplateException(
                "chat template: %s needs %s as its argument %d (%s), got %s"
                        .formatted(
                                function,
                                wanted,
                                index + 1,
                                name,
                                Operators.kind(get(index, name))));
    }
}
