package dev.loramill.trainer.model;

import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.trainer.kernel.HeadNorms;
import dev.loramill.trainer.kernel.VectorPadding;

/**
 * The one-dimensional weights of a block, as floats.
 *
 * @param attentionNorm weight of the norm before attention, padded to whole vectors
 * @param feedForwardNorm weight of the norm before the feed-forward part, padded likewise
 * @param heads biases and norms of the heads
 */
@SuppressWarnings("ArrayRecordComponent") // read by kernels, never changed
record BlockVectors(float[] attentionNorm, float[] feedForwardNorm, HeadNorms heads) {

    static BlockVectors read(FrozenWeights base, Architecture architecture, int block) {
        ModelHyperparameters shape = base.shape();
        int width = shape.embeddingLength();
        return new BlockVectors(
                VectorPadding.pad(required(base, block, "attn_norm.weight", width)),
                VectorPadding.pad(required(base, block, "ffn_norm.weight", width)),
                headNorms(base, architecture, block));
    }

    private static HeadNorms headNorms(FrozenWeights base, Architecture architecture, int block) {
        ModelHyperparameters shape = base.shape();
        return switch (architecture) {
            case LLAMA -> HeadNorms.none();
            case QWEN2 -> {
                float[] q = required(base, block, "attn_q.bias", shape.queryLength());
                float[] k = required(base, block, "attn_k.bias", shape.keyValueLength());
                float[] v = required(base, block, "attn_v.bias", shape.keyValueLength());
                float[] bias = new float[q.length + k.length + v.length];
                System.arraycopy(q, 0, bias, 0, q.length);
                System.arraycopy(k, 0, bias, q.length, k.length);
                System.arraycopy(v, 0, bias, q.length + k.length, v.length);
                yield new HeadNorms(bias, new float[0], new float[0], 0f);
            }
            case QWEN3 ->
                    new HeadNorms(
                            new float[0],
                            required(base, block, "attn_q_norm.weight", shape.headDimension()),
                            required(base, block, "attn_k_norm.weight", shape.headDimension()),
                            shape.rmsEpsilon());
        };
    }

    private static float[] required(FrozenWeights base, int block, String part, int length) {
        return Vectors.required(base, "blk." + block + "." + part, length);
    }
}
