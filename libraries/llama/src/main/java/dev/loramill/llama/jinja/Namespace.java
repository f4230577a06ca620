package dev.loramill.llama.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code namespace()} makes: attributes that inner scopes can change. */
final class Namespace {
    private final Map<Text, @Nullable Object> attributes = new HashMap<>();

    @Nullable Object get(Text name) {
        return attributes.containsKey(name) ? attributes.get(name) : new Undefined(name.toString());
    }

    void set(Text name, @Nullable Object value) {
        attributes.put(name, value);
    }
}
