package dev.loramill.trainer.autograd;

import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.trainer.kernel.DropoutMask;
import dev.loramill.trainer.lora.LoraConfig;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
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
    private final InputDropout dropout;
    private final @Nullable DropoutMask dropped;
    private final Map<LoraTarget, Pair> pairs = new EnumMap<>(LoraTarget.class);

    /**
     * Takes the block's parameters apart.
     *
     * @param parameters the block's part of the flat vector, in the precision that is computed in
     * @param dropped says which inputs of the adapter are dropped; null drops none
     */
    AdaptedLinear(
            ModelHyperparameters shape,
            LoraConfig lora,
            BlockTensors weights,
            Tensor parameters,
            InputDropout dropout,
            @Nullable DropoutMask dropped) {
        this.shape = shape;
        this.lora = lora;
        this.weights = weights;
        this.dropout = dropout;
        this.dropped = dropout.isActive() ? dropped : null;
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

    /**
     * The outputs of a group's weights for its input [T, in], each [T, out].
     *
     * <p>The adapter's part comes first and the base's product is added onto it before anything is
     * rounded to 16 bits: a base's output that is rounded already would swallow an adapter's part
     * of less than half its last bit, which in the first steps is all of it.
     */
    List<Tensor> forward(WeightGroup group, Tensor x, @Nullable Tensor bias) {
        Tensor whole =
                Scoped.of(() -> {
                    Tensor product = product(group, x);
                    return bias == null ? product : product.add(bias);
                });
        TensorVector parts = whole.split_with_sizes(group.outputLengths(shape), -1);
        List<Tensor> outputs = new ArrayList<>();
        for (int i = 0; i < group.targets().size(); i++) {
            outputs.add(parts.get(i));
        }
        return outputs;
    }

    private Tensor product(WeightGroup group, Tensor x) {
        List<LoraTarget> adapted =
                group.targets().stream().filter(lora.targets()::contains).toList();
        if (adapted.isEmpty()) {
            return torch.linear(x, weights.linear(group));
        }
        TensorVector firsts = new TensorVector();
        adapted.forEach(target -> firsts.push_back(pair(target).first()));
        Tensor input =
                dropped == null ? x : dropout.of(x, dropped.ofInput(group.targets().getFirst()));
        Tensor inner = torch.linear(input, torch.cat(firsts, 0)).mul(new Scalar(lora.scale()));
        TensorVector added = new TensorVector();
        for (LoraTarget target : group.targets()) {
            int index = adapted.indexOf(target);
            added.push_back(
                    index < 0
                            ? torch.zeros(
                                    new long[] {x.size(0), target.outputLength(shape)}, x.options())
                            : torch.linear(
                                    inner.narrow(1, (long) index * lora.rank(), lora.rank()),
                                    pair(target).second()));
        }
        return torch.addmm(torch.cat(added, 1), x, weights.linear(group).t());
    }

    private Pair pair(LoraTarget target) {
        Pair pair = pairs.get(target);
        if (pair == null) {
            throw new IllegalStateException(target + " is not adapted");
        }
        return pair;
    }
}
