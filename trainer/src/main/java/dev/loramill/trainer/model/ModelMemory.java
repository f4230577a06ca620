package dev.loramill.trainer.model;

import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.trainer.lora.LoraLayout;
import dev.loramill.trainer.lora.LoraParameters;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * All matrices of a transformer.
 *
 * <p>Legend: {@code inputs} are the residual stream before each block and after the last; {@code
 * retained} the activations of the last blocks, the last block's first; {@code shared} those of the
 * block at hand.
 */
final class ModelMemory {
    final LoraParameters parameters;
    final List<BlockWeights> weights = new ArrayList<>();
    final Matrix head;
    final List<Matrix> inputs = new ArrayList<>();
    final Matrix gradient;
    final List<Activations> retained = new ArrayList<>();
    final Activations shared;
    final Scratch scratch;
    final List<Workspace> workspaces = new ArrayList<>();

    ModelMemory(ModelPlan plan, int members, MatrixAllocator allocator) {
        ModelHyperparameters shape = plan.shape();
        int rows = RowShare.allocated(plan.maxRows(), members);
        parameters = new LoraParameters(new LoraLayout(shape, plan.lora()), allocator);
        int loaded = plan.keepsWeights() ? shape.blockCount() : 1;
        for (int i = 0; i < loaded; i++) {
            weights.add(
                    new BlockWeights(plan.groups(), plan.precision(), allocator, "base weights"));
        }
        head =
                allocator.zeros(
                        "base weights",
                        "head",
                        shape.vocabularySize(),
                        shape.embeddingLength(),
                        plan.precision());
        for (int i = 0; i <= shape.blockCount(); i++) {
            inputs.add(stream(plan, rows, "input " + i, allocator));
        }
        gradient = stream(plan, rows, "gradient", allocator);
        for (int i = 0; i < plan.retainedBlocks(); i++) {
            retained.add(activations(plan, rows, "retained activations", allocator));
        }
        shared = activations(plan, rows, "working memory", allocator);
        scratch =
                new Scratch(
                        plan.groups(),
                        plan.heads(),
                        rows,
                        plan.headRows(),
                        shape.embeddingLength(),
                        plan.lora().dropout() > 0,
                        plan.precision(),
                        allocator);
        for (int member = 0; member < members; member++) {
            workspaces.add(new Workspace(member, plan, allocator));
        }
    }

    private static Matrix stream(ModelPlan plan, int rows, String name, MatrixAllocator allocator) {
        return allocator.zeros(
                "residual stream", name, rows, plan.shape().embeddingLength(), plan.precision());
    }

    private static Activations activations(
            ModelPlan plan, int rows, String purpose, MatrixAllocator allocator) {
        return new Activations(
                plan.groups(),
                plan.heads(),
                plan.architecture() == Architecture.QWEN3,
                rows,
                plan.headRows(),
                plan.precision(),
                allocator,
                purpose);
    }
}
