package dev.loramill.trainer.autograd;

import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.trainer.kernel.DropoutMask;
import dev.loramill.trainer.kernel.RotaryTable;
import dev.loramill.trainer.lora.LoraConfig;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * One transformer block as operators.
 *
 * <p>Legend: T rows of the batch, E wide; H query heads and K key heads of D elements.
 */
final class BlockOperators {
    private final ModelHyperparameters shape;
    private final LoraConfig lora;
    private final RotaryTable.Pairing pairing;
    private final CausalAttention attention;
    private final InputDropout dropout;
    private final long rotated;

    BlockOperators(
            ModelHyperparameters shape,
            LoraConfig lora,
            RotaryTable.Pairing pairing,
            CausalAttention attention,
            InputDropout dropout) {
        this.shape = shape;
        this.lora = lora;
        this.pairing = pairing;
        this.attention = attention;
        this.dropout = dropout;
        this.rotated = shape.ropeDimensionCount();
    }

    /**
     * The residual stream after the block.
     *
     * @param x the stream before it, [T, E]
     * @param parameters the block's part of the adapter, flat, in single precision
     * @param dropped says which inputs of the adapter are dropped; null drops none
     */
    Tensor forward(
            Tensor x,
            Tensor parameters,
            BlockTensors weights,
            Packing packing,
            @Nullable DropoutMask dropped) {
        Tensor own = parameters.to(x.dtype());
        AdaptedLinear linear = new AdaptedLinear(shape, lora, weights, own, dropout, dropped);
        Tensor middle = Scoped.of(() -> x.add(attention(x, linear, weights, packing)));
        return Scoped.of(() -> middle.add(feedForward(middle, linear, weights)));
    }

    private Tensor attention(
            Tensor x, AdaptedLinear linear, BlockTensors weights, Packing packing) {
        List<Tensor> parts =
                linear.forward(
                        WeightGroup.QUERY_KEY_VALUE,
                        norm(x, weights.attentionNorm()),
                        weights.bias());
        Tensor queries = heads(parts.get(0), weights.queryNorm(), packing);
        Tensor keys = heads(parts.get(1), weights.keyNorm(), packing);
        Tensor values = parts.get(2).reshape(packing.rows(), -1, shape.headDimension());
        TensorVector outputs = new TensorVector();
        for (Packing.Bucket bucket : packing.buckets()) {
            Tensor output =
                    Scoped.of(() ->
                            attention
                                    .of(
                                            gathered(queries, bucket),
                                            gathered(keys, bucket),
                                            gathered(values, bucket))
                                    .transpose(1, 2)
                                    .reshape(bucket.count() * bucket.length(), -1));
            outputs.push_back(output);
        }
        Tensor joined = torch.cat(outputs, 0).index_select(0, packing.back());
        return linear.forward(WeightGroup.OUTPUT, joined, null).getFirst();
    }

    private Tensor feedForward(Tensor x, AdaptedLinear linear, BlockTensors weights) {
        List<Tensor> parts =
                linear.forward(WeightGroup.GATE_UP, norm(x, weights.feedForwardNorm()), null);
        Tensor inner = torch.silu(parts.get(0)).mul(parts.get(1));
        return linear.forward(WeightGroup.DOWN, inner, null).getFirst();
    }

    /** Rows of heads of a bucket's documents, [N, heads, L, D]. */
    private Tensor gathered(Tensor rows, Packing.Bucket bucket) {
        return rows.index_select(0, bucket.rows())
                .view(bucket.count(), bucket.length(), -1, shape.headDimension())
                .transpose(1, 2);
    }

    /** Normalized, where the architecture does so, and rotated: [T, heads, D]. */
    private Tensor heads(Tensor rows, @Nullable Tensor weight, Packing packing) {
        return Scoped.of(() -> {
            Tensor heads = rows.reshape(packing.rows(), -1, shape.headDimension());
            Tensor normed = weight == null ? heads : norm(heads, weight);
            if (rotated == shape.headDimension()) {
                return rotate(normed, packing);
            }
            TensorVector both = new TensorVector();
            both.push_back(rotate(normed.narrow(2, 0, rotated), packing));
            both.push_back(normed.narrow(2, rotated, shape.headDimension() - rotated));
            return torch.cat(both, 2);
        });
    }

    private Tensor rotate(Tensor heads, Packing packing) {
        Tensor apart =
                switch (pairing) {
                    case INTERLEAVED -> heads.reshape(heads.size(0), heads.size(1), -1, 2);
                    case HALVES ->
                            heads.reshape(heads.size(0), heads.size(1), 2, -1).transpose(2, 3);
                };
        Tensor first = apart.select(3, 0);
        Tensor second = apart.select(3, 1);
        Tensor turned = first.mul(packing.cosines()).sub(second.mul(packing.sines()));
        Tensor other = second.mul(packing.cosines()).add(first.mul(packing.sines()));
        TensorVector both = new TensorVector();
        both.push_back(turned);
        both.push_back(other);
        Tensor joined =
                switch (pairing) {
                    case INTERLEAVED -> torch.stack(both, 3).flatten(2, 3);
                    case HALVES -> torch.cat(both, 2);
                };
        return joined.to(heads.dtype());
    }

    private Tensor norm(Tensor x, Tensor weight) {
        return torch.rms_norm(
                x,
                new long[] {Objects.requireNonNull(weight).size(0)},
                new TensorOptional(weight),
                new DoubleOptional(shape.rmsEpsilon()));
    }
}
