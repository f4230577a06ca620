package dev.loramill.llama.binding;

import dev.loramill.llama.binding.internal.LlamaBuild;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The adapters that are put on the model in one context, each held so that nobody frees it. */
final class AttachedAdapters {
    private final LlamaModel model;
    private final LlamaBuild build;
    private List<ScaledAdapter> attached = List.of();

    AttachedAdapters(LlamaModel model) {
        this.model = model;
        this.build = model.functions().build();
    }

    List<ScaledAdapter> list() {
        return attached;
    }

    /**
     * Replaces them.
     *
     * @throws IllegalArgumentException if one is for another model or named twice
     * @throws IllegalStateException if one is closed
     * @throws NativeCallException if llama.cpp fails; none is attached then
     */
    void replace(MemorySegment context, List<ScaledAdapter> wanted) {
        List<ScaledAdapter> next = List.copyOf(wanted);
        if (next.equals(attached)) {
            return;
        }
        if (next.stream().map(ScaledAdapter::adapter).distinct().count() != next.size()) {
            throw new IllegalArgumentException("an adapter is named twice");
        }
        int held = 0;
        boolean done = false;
        try {
            MemorySegment[] addresses = new MemorySegment[next.size()];
            float[] scales = new float[next.size()];
            for (ScaledAdapter scaled : next) {
                requireSameModel(scaled.adapter());
                addresses[held] = scaled.adapter().handle().hold();
                scales[held++] = scaled.scale();
            }
            int code = build.setAdapters(context, addresses, scales);
            if (code != 0) {
                build.setAdapters(context, new MemorySegment[0], new float[0]);
                release();
                throw new NativeCallException(
                        "llama_set_adapters_lora",
                        code,
                        next.size() + " adapters",
                        "the context has none now");
            }
            done = true;
        } finally {
            if (!done) {
                release(next.subList(0, held));
            }
        }
        release();
        attached = next;
    }

    private void requireSameModel(LoraAdapter adapter) {
        if (adapter.model() != model) {
            throw new IllegalArgumentException(
                    "%s is for %s, the context is of %s"
                            .formatted(
                                    adapter.handle().name(),
                                    adapter.model().handle().name(),
                                    model.handle().name()));
        }
    }

    /** Lets go of them, once the context does not use them any more. */
    void release() {
        release(attached);
        attached = List.of();
    }

    private static void release(List<ScaledAdapter> adapters) {
        adapters.forEach(scaled -> scaled.adapter().handle().release());
    }
}
