package dev.loramill.trainer.model;

import dev.loramill.trainer.kernel.LoraKernels;
import dev.loramill.trainer.lora.LoraLayout;
import dev.loramill.trainer.lora.LoraParameters;
import dev.loramill.trainer.model.LinearGroup.Part;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixAllocator;
import dev.loramill.trainer.tensor.Precision;
import dev.loramill.trainer.tensor.Team;

/** The dequantized linear weights of one block, widened by the adapter. */
final class BlockWeights {
    /** The matrices of one group: {@code [W | B]} and A, padded by zeros to the same width. */
    record Widened(LinearGroup group, Matrix weights, Matrix inner) {}

    private final PerGroup<Widened> groups;

    BlockWeights(
            PerGroup<LinearGroup> groups,
            Precision precision,
            MatrixAllocator allocator,
            String purpose) {
        this.groups =
                groups.map(group ->
                        new Widened(
                                group,
                                allocator.zeros(
                                        purpose,
                                        "weights " + group.role(),
                                        group.outputLength(),
                                        group.width(),
                                        precision),
                                allocator.zeros(
                                        purpose,
                                        "inner " + group.role(),
                                        group.innerWidth(),
                                        group.width(),
                                        precision)));
    }

    Widened group(LinearGroup.Role role) {
        return groups.get(role);
    }

    /** Dequantizes this member's share of a block's rows. */
    void load(FrozenWeights base, int block, Team.Member member) {
        for (Widened widened : groups.all()) {
            for (Part part : widened.group().parts()) {
                int from = member.from(part.outputLength());
                int count = member.to(part.outputLength()) - from;
                base.rows(
                        part.target().tensorName(block),
                        from,
                        count,
                        widened.weights(),
                        part.outputOffset() + from);
            }
        }
    }

    /** Copies the adapter's current parameters for a block into the widened matrices. */
    void publish(LoraParameters parameters, int block) {
        for (Widened widened : groups.all()) {
            LinearGroup group = widened.group();
            for (Part part : group.parts()) {
                if (!part.isAdapted()) {
                    continue;
                }
                LoraLayout.Slot slot = parameters.layout().slot(block, part.target());
                LoraKernels.publish(
                        parameters.values(),
                        slot.aOffset(),
                        group.rank(),
                        group.inputLength(),
                        widened.inner(),
                        part.rankOffset(),
                        0);
                LoraKernels.publish(
                        parameters.values(),
                        slot.bOffset(),
                        part.outputLength(),
                        group.rank(),
                        widened.weights(),
                        part.outputOffset(),
                        group.inputLength() + part.rankOffset());
            }
        }
    }
}
