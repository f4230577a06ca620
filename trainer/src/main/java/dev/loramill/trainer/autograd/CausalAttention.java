package dev.loramill.trainer.autograd;

import dev.loramill.trainer.device.Device;
import dev.loramill.trainer.tensor.Precision;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Causal attention over N documents of L rows, H query heads and K key heads of D elements.
 *
 * <p>All forms give the same up to rounding; which is fastest depends on the device.
 */
enum CausalAttention {
    /** Two batched products; the query heads that share a key head are rows of one. */
    TWO_PRODUCTS {
        @Override
        Tensor of(Tensor queries, Tensor keys, Tensor values) {
            long count = queries.size(0);
            long heads = queries.size(1);
            long length = queries.size(2);
            long dimension = queries.size(3);
            long keyHeads = keys.size(1);
            long group = heads / keyHeads;
            Tensor q = queries.reshape(count * keyHeads, group * length, dimension);
            Tensor k = keys.reshape(count * keyHeads, length, dimension);
            Tensor v = values.reshape(count * keyHeads, length, dimension);
            Tensor mask =
                    torch.triu(
                                    torch.full(
                                            new long[] {length, length},
                                            new Scalar(Double.NEGATIVE_INFINITY),
                                            q.options()),
                                    1)
                            .repeat(group, 1);
            Tensor scores =
                    torch.baddbmm(
                            mask,
                            q,
                            k.transpose(1, 2),
                            new Scalar(1.0),
                            new Scalar(1 / Math.sqrt(dimension)));
            return torch.bmm(scores.softmax(-1), v).view(count, heads, length, dimension);
        }
    },

    /** libtorch's fused attention, which knows that query heads share key heads. */
    FUSED {
        @Override
        Tensor of(Tensor queries, Tensor keys, Tensor values) {
            return torch.scaled_dot_product_attention(
                    queries,
                    keys,
                    values,
                    new TensorOptional(),
                    0.0,
                    true,
                    new DoubleOptional(),
                    true);
        }
    },

    /** The same with key heads repeated, for GPUs whose fused form takes no shared ones. */
    FUSED_REPEATED {
        @Override
        Tensor of(Tensor queries, Tensor keys, Tensor values) {
            return torch.scaled_dot_product_attention(
                    queries,
                    repeated(keys, queries.size(1)),
                    repeated(values, queries.size(1)),
                    new TensorOptional(),
                    0.0,
                    true,
                    new DoubleOptional(),
                    false);
        }

        private static Tensor repeated(Tensor keys, long heads) {
            long[] sizes = {
                keys.size(0), keys.size(1), heads / keys.size(1), keys.size(2), keys.size(3)
            };
            return keys.unsqueeze(2).expand(sizes).reshape(sizes[0], heads, sizes[3], sizes[4]);
        }
    };

    /** The form to use. */
    static CausalAttention fastestOn(Device device, Precision precision) {
        return switch (device) {
            case Device.Cpu _ -> TWO_PRODUCTS;
            case Device.Cuda gpu ->
                    // The form with shared key heads needs compute capability 8.0 and 16 bits.
                    gpu.hasBfloat16() && precision != Precision.FLOAT32 ? FUSED : FUSED_REPEATED;
        };
    }

    /**
     * The attention's output, [N, H, L, D].
     *
     * @param queries [N, H, L, D]
     * @param keys [N, K, L, D]
     * @param values [N, K, L, D]
     */
    abstract Tensor of(Tensor queries, Tensor keys, Tensor values);
}
