package dev.loramill.serve.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * The requests of one variant that share a context, as the scheduler sees them; guarded by its
 * lock, but for the decoder, which belongs to the thread that has the turn.
 */
final class ScheduledContext {
    private final ModelVariant variant;
    private final VariantDecoder decoder;
    private final List<Generation> admitted = new ArrayList<>();
    private int active;
    private boolean isRunning;
    private long lastUsed;

    /** Makes an idle context. */
    ScheduledContext(ModelVariant variant, VariantDecoder decoder) {
        this.variant = variant;
        this.decoder = decoder;
    }

    ModelVariant variant() {
        return variant;
    }

    VariantDecoder decoder() {
        return decoder;
    }

    boolean isRunning() {
        return isRunning;
    }

    long lastUsed() {
        return lastUsed;
    }

    boolean hasWork() {
        return active > 0 || !admitted.isEmpty();
    }

    boolean isIdle() {
        return !isRunning && !hasWork();
    }

    int occupied() {
        return active + admitted.size();
    }

    void admit(Generation generation) {
        admitted.add(generation);
    }

    /** Begins a turn and hands over what was admitted. */
    List<Generation> begin(long now) {
        isRunning = true;
        lastUsed = now;
        List<Generation> taken = List.copyOf(admitted);
        // Counted as active at once, so that their slots stay taken while the turn runs.
        active += taken.size();
        admitted.clear();
        return taken;
    }

    void end(int stillActive) {
        isRunning = false;
        active = stillActive;
    }
}
