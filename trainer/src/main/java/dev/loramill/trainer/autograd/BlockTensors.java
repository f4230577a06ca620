package dev.loramill.trainer.autograd;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The frozen weights of one block on the device; they live until this is closed.
 *
 * @param attentionNorm [E]
 * @param feedForwardNorm [E]
 * @param linear one weight a {@link WeightGroup}, [out, in]
 * @param bias of queries, keys and values, where the architecture has one
 * @param queryNorm [D], where the architecture normalizes heads
 * @param keyNorm likewise
 */
record BlockTensors(
        Tensor attentionNorm,
        Tensor feedForwardNorm,
        List<Tensor> linear,
        @Nullable Tensor bias,
        @Nullable Tensor queryNorm,
        @Nullable Tensor keyNorm)
        implements AutoCloseable {

    /** Keeps the tensors beyond the scope that they were made in. */
    BlockTensors {
        linear = List.copyOf(linear);
        all(attentionNorm, feedForwardNorm, linear, bias, queryNorm, keyNorm)
                .forEach(Tensor::retainReference);
    }

    Tensor linear(WeightGroup group) {
        return linear.get(group.ordinal());
    }

    @Override
    public void close() {
        all(attentionNorm, feedForwardNorm, linear, bias, queryNorm, keyNorm)
                .forEach(Tensor::releaseReference);
    }

    private static List<Tensor> all(
            Tensor attentionNorm,
            Tensor feedForwardNorm,
            List<Tensor> linear,
            @Nullable Tensor... others) {
        List<Tensor> all = new ArrayList<>(linear);
        all.add(attentionNorm);
        all.add(feedForwardNorm);
        for (Tensor tensor : others) {
            if (tensor != null) {
                all.add(tensor);
            }
        }
        return all;
    }
}
