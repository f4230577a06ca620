package dev.loramill.llama.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop}. */
final class LoopState {
    private final List<? extends @Nullable Object> elements;
    int index;

    LoopState(List<? extends @Nullable Object> elements) {
        this.elements = elements;
    }

    @Nullable Object get(String name) {
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) elements.size() - index;
            case "revindex0" -> elements.size() - index - 1L;
            case "first" -> index == 0;
            case "last" -> index == elements.size() - 1;
            case "length" -> (long) elements.size();
            case "previtem" -> index > 0 ? elements.get(index - 1) : new Undefined("previtem");
            case "nextitem" ->
                    index + 1 < elements.size()
                            ? elements.get(index + 1)
                            : new Undefined("nextitem");
            case "cycle" ->
                    (Callable)
                            arguments ->
                                    arguments.positional().isEmpty()
                                            ? null
                                            : arguments
                                                    .positional()
                                                    .get(index % arguments.positional().size());
            default -> new Undefined("loop." + name);
        };
    }
}
