package dev.loramill.llama.jinja;

import org.jspecify.annotations.Nullable;

/** A value that can be called: a function, a macro, a method of a value. */
interface Callable {
    @Nullable Object call(CallArguments arguments);
}
