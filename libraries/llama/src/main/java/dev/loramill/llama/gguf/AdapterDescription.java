package dev.loramill.llama.gguf;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a checked adapter is.
 *
 * @param architecture the base's architecture
 * @param alpha numerator of the scale
 * @param rank largest rank of its pairs
 * @param pairCount weights that it changes
 * @param targets kinds of weights that it changes
 * @param changesOutput whether it changes the output head
 * @param sizeBytes bytes of the file
 */
public record AdapterDescription(
        String architecture,
        float alpha,
        int rank,
        int pairCount,
        Set<LoraTarget> targets,
        boolean changesOutput,
        long sizeBytes) {
    /** Takes a copy. */
    public AdapterDescription {
        EnumSet<LoraTarget> copy = EnumSet.noneOf(LoraTarget.class);
        copy.addAll(targets);
        targets = Collections.unmodifiableSet(copy);
    }
}
