package dev.loramill.trainer.autograd;

import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.trainer.lora.LoraConfig;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The products of one block with its frozen weights and its adapter: {@code x Wᵀ + s · d(x) Aᵀ Bᵀ},
 * d being dropout.
 */
final class AdaptedLinear {
    /** The matrices of one adapted weight: A [r, in] and B [out, r]. */
    private record Pair(Tensor first, Tensor second) {}

    private final ModelHyperparameters shape;
    private final LoraConfig lora;
    private final BlockTensors weights;
    private final boolean drops;
    private final Map<LoraTarget, Pair> pairs = new EnumMap<>(LoraTarget.class);

    /**
     * Takes the block's parameters apart.
     *
     * @param parameters the block's part of the flat vector, in the precision that is computed in
     * @param drops whether inputs of the adapter are dropped
     */
    AdaptedLinear(
            ModelHyperparameters shape,
            LoraConfig lora,
            BlockTensors weights,
            Tensor parameters,
            boolean drops) {
        this.shape = shape;
        this.lora = lora;
        this.weights = weights;
        this.drops = drops && lora.dropout() > 0;
        List<LoraTarget> targets = List.copyOf(lora.targets());
        long rank = lora.rank();
        long[] sizes = new long[2 * targets.size()];
        for (int i = 0; i < targets.size(); i++) {
            sizes[2 * i] = rank * targets.get(i).inputLength(shape);
            sizes[2 * i + 1] = rank * targets.get(i).outputLength(shape);
        }
        TensorVector parts = parameters.split_with_sizes(sizes);
        for (int i = 0; i < targets.size(); i++) {
            pairs.put(
                    targets.get(i),
                    new Pair(
                            parts.get(2L * i).view(rank, -1),
                            parts.get(2L * i + 1).view(-1, rank)));
        }
    }

    /** The outputs of a group's weights for its input [T, in], each [T, out]. */
    List<Tensor> forward(WeightGroup group, Tensor x, @Nullable Tensor bias) {
        Tensor whole =
                torch.linear(
                        x,
                        weights.linear(group),
                        bias == null ? new TensorOptional() : new TensorOptional(bias));
        List<LoraTarget> adapted =
                group.targets().stream().filter(lora.targets()::contains).toList();
        TensorVector outputs = whole.split_with_sizes(group.outputLengths(shape), -1);
        if (adapted.isEmpty()) {
            List<Tensor> plain = new ArrayList<>();
            for (int i = 0; i < group.targets().size(); i++) {
                plain.add(outputs.get(i));
            }
            return plain;
        }
        TensorVector firsts = new TensorVector();
        adapted.forEach(target -> firsts.push_back(pair(target).first()));
        Tensor inner =
                torch.linear(
                        drops ? torch.dropout(x, lora.dropout(), true) : x, torch.cat(firsts, 0));
        Scalar one = new Scalar(1.0);
        Scalar scale = new Scalar(lora.scale());
        List<Tensor> results = new ArrayList<>();
        for (int i = 0; i < group.targets().size(); i++) {
            LoraTarget target = group.targets().get(i);
            int index = adapted.indexOf(target);
            results.add(
                    index < 0
                            ? outputs.get(i)
                            : torch.addmm(
                                    outputs.get(i),
                                    inner.narrow(1, (long) index * lora.rank(), lora.rank()),
                                    pair(target).second().t(),
                                    one,
                                    scale));
        }
        return results;
    }

    private Pair pair(LoraTarget target) {
        Pair pair = pairs.get(target);
        if (pair == null) {
            throw new IllegalStateException(target + " is not adapted");
        }
        return pair;
    }
}
