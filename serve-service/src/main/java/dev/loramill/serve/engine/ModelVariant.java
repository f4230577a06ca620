package dev.loramill.serve.engine;

import dev.loramill.llama.binding.LoraAdapter;
import dev.loramill.llama.binding.ScaledAdapter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a context computes: the base as it is, or with one adapter put on it. Counts the generations
 * that use it, so that an adapter is freed after the last of them. Safe for many threads.
 */
public final class ModelVariant {
    private final String name;
    private final @Nullable LoraAdapter adapter;
    private int uses;
    private @Nullable Runnable whenUnused;

    ModelVariant(String name, @Nullable LoraAdapter adapter) {
        this.name = name;
        this.adapter = adapter;
    }

    /** Name for logs. */
    public String name() {
        return name;
    }

    /** What a context puts on the model. */
    List<ScaledAdapter> adapters() {
        return adapter == null ? List.of() : List.of(new ScaledAdapter(adapter, 1));
    }

    Optional<LoraAdapter> adapter() {
        return Optional.ofNullable(adapter);
    }

    /** One more generation uses it; false if it is retired. */
    synchronized boolean acquire() {
        if (whenUnused != null) {
            return false;
        }
        uses++;
        return true;
    }

    /** A generation ended. */
    void release() {
        Runnable action = null;
        synchronized (this) {
            uses--;
            if (uses == 0) {
                action = whenUnused;
            }
        }
        if (action != null) {
            action.run();
        }
    }

    /** No generation may begin with it any more; the action runs once, after the last one. */
    void retire(Runnable action) {
        boolean isUnused;
        synchronized (this) {
            if (whenUnused != null) {
                return;
            }
            whenUnused = action;
            isUnused = uses == 0;
        }
        if (isUnused) {
            action.run();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
