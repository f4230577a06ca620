package dev.loramill.trainer.lora;

import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.gguf.ModelHyperparameters;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Where each adapter matrix lies in the flat vector of parameters.
 *
 * <p>Blocks in order, in each block the targets in the order of {@link LoraTarget}, of each target
 * first A, row-major [rank, in], then B, row-major [out, rank].
 */
public final class LoraLayout {
    /**
     * The place of one adapted weight.
     *
     * @param block index of the transformer block
     * @param target which weight of it
     * @param inputLength columns of A
     * @param outputLength rows of B
     * @param rank rows of A and columns of B
     * @param aOffset index of A's first element
     * @param bOffset index of B's first element
     */
    public record Slot(
            int block,
            LoraTarget target,
            int inputLength,
            int outputLength,
            int rank,
            long aOffset,
            long bOffset) {
        /** Elements of A. */
        public long aLength() {
            return (long) rank * inputLength;
        }

        /** Elements of B. */
        public long bLength() {
            return (long) outputLength * rank;
        }
    }

    private final List<Slot> slots;
    private final List<Map<LoraTarget, Slot>> byBlock;
    private final long length;

    /** Lays out the parameters of an adapter for a base. */
    public LoraLayout(ModelHyperparameters model, LoraConfig config) {
        List<Slot> all = new ArrayList<>();
        List<Map<LoraTarget, Slot>> blocks = new ArrayList<>();
        long offset = 0;
        for (int block = 0; block < model.blockCount(); block++) {
            Map<LoraTarget, Slot> ofBlock = new EnumMap<>(LoraTarget.class);
            for (LoraTarget target : config.targets()) {
                int in = target.inputLength(model);
                int out = target.outputLength(model);
                long b = offset + (long) config.rank() * in;
                Slot slot = new Slot(block, target, in, out, config.rank(), offset, b);
                offset = b + slot.bLength();
                all.add(slot);
                ofBlock.put(target, slot);
            }
            blocks.add(ofBlock);
        }
        this.slots = List.copyOf(all);
        this.byBlock = List.copyOf(blocks);
        this.length = offset;
    }

    /** All adapted weights in the order of the vector. */
    public List<Slot> slots() {
        return slots;
    }

    /** The place of a weight that is adapted. */
    public Slot slot(int block, LoraTarget target) {
        Slot slot = byBlock.get(block).get(target);
        if (slot == null) {
            throw new IllegalArgumentException(target + " is not adapted");
        }
        return slot;
    }

    /** Number of parameters. */
    public long length() {
        return length;
    }
}
