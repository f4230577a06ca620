package dev.loramill.serve.adapter;

import dev.loramill.events.AdapterAnnounced;
import dev.loramill.serve.engine.ModelVariant;

/** How adapters come into the engine and out of it. */
interface AdapterLoading {
    /** Loads an adapter and proves its effect, or says why not. */
    LoadOutcome load(AdapterAnnounced announced);

    /**
     * Takes an adapter out after what is under way with it.
     *
     * @param whenFreed runs on any thread
     */
    void unload(ModelVariant variant, Runnable whenFreed);
}
