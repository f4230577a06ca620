package dev.loramill.llama.template;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A function that the assistant asks to be called.
 *
 * @param id ties the answer to the call, or null
 * @param name of the function
 * @param arguments by name: strings, numbers, booleans, null, lists and maps of these
 */
public record ToolCall(@Nullable String id, String name, Map<String, ?> arguments) {
    /** Takes a copy. */
    public ToolCall {
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
    }
}
