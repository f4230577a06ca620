package dev.loramill.trainer.autograd;

import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.trainer.model.Architecture;
import dev.loramill.trainer.model.FrozenWeights;
import dev.loramill.trainer.model.Vectors;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixAllocator;
import dev.loramill.trainer.tensor.Precision;
import dev.loramill.trainer.tensor.Team;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Dequantizes weights in the host's memory and moves them to the device.
 *
 * <p>Halves are made on the device out of single precision, so that they lose nothing to bfloat16
 * on the way.
 */
final class WeightLoader {
    private static final String OUTPUT = "output.weight";
    static final String PURPOSE = "staging";

    private final FrozenWeights base;
    private final Architecture architecture;
    private final TorchDevice device;
    private final Team team;
    private final Map<WeightGroup, Matrix> staging = new EnumMap<>(WeightGroup.class);

    WeightLoader(
            FrozenWeights base,
            Architecture architecture,
            TorchDevice device,
            Team team,
            MatrixAllocator allocator) {
        this.base = base;
        this.architecture = architecture;
        this.device = device;
        this.team = team;
        staging.putAll(staging(base.shape(), device.precision(), allocator));
    }

    /** Host matrices that hold one block. */
    static Map<WeightGroup, Matrix> staging(
            ModelHyperparameters shape, Precision precision, MatrixAllocator allocator) {
        Map<WeightGroup, Matrix> matrices = new EnumMap<>(WeightGroup.class);
        for (WeightGroup group : WeightGroup.values()) {
            matrices.put(
                    group,
                    allocator.zeros(
                            PURPOSE,
                            group.name(),
                            group.outputLength(shape),
                            group.inputLength(shape),
                            hostPrecision(precision)));
        }
        return matrices;
    }

    /** The format in which weights are dequantized for a precision. */
    static Precision hostPrecision(Precision precision) {
        return precision == Precision.FLOAT16 ? Precision.FLOAT32 : precision;
    }

    /** The weights of a block; the caller closes them. */
    BlockTensors load(int block) {
        ModelHyperparameters shape = base.shape();
        team.run(member -> {
            staging.forEach((group, matrix) -> {
                int offset = 0;
                for (LoraTarget target : group.targets()) {
                    int rows = target.outputLength(shape);
                    int from = member.from(rows);
                    base.rows(
                            target.tensorName(block),
                            from,
                            member.to(rows) - from,
                            matrix,
                            offset + from);
                    offset += rows;
                }
            });
        });
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> linear = new ArrayList<>();
            for (WeightGroup group : WeightGroup.values()) {
                Matrix matrix = required(group);
                linear.add(device.copy(matrix.tensor()));
            }
            int width = shape.embeddingLength();
            boolean normalizes = architecture == Architecture.QWEN3;
            return new BlockTensors(
                    vector(block, "attn_norm.weight", width),
                    vector(block, "ffn_norm.weight", width),
                    linear,
                    bias(block),
                    normalizes ? vector(block, "attn_q_norm.weight", shape.headDimension()) : null,
                    normalizes ? vector(block, "attn_k_norm.weight", shape.headDimension()) : null);
        }
    }

    /** The output head, [V, E], which is the embedding where the base ties both. */
    Tensor head() {
        ModelHyperparameters shape = base.shape();
        String name = shape.isTied() ? Embedding.TENSOR : OUTPUT;
        // The widest staging of the embedding's width; so no host matrix of the head's size.
        Matrix part = required(WeightGroup.GATE_UP);
        Tensor head = device.zeros(shape.vocabularySize(), shape.embeddingLength());
        for (int first = 0; first < shape.vocabularySize(); first += part.rows()) {
            int start = first;
            int count = Math.min(part.rows(), shape.vocabularySize() - first);
            team.run(member -> {
                int from = member.from(count);
                base.rows(name, start + from, member.to(count) - from, part, from);
            });
            try (PointerScope scope = new PointerScope()) {
                head.narrow(0, first, count).copy_(part.tensor().narrow(0, 0, count));
            }
        }
        return head;
    }

    private @Nullable Tensor bias(int block) {
        if (architecture != Architecture.QWEN2) {
            return null;
        }
        ModelHyperparameters shape = base.shape();
        float[] q = floats(block, "attn_q.bias", shape.queryLength());
        float[] k = floats(block, "attn_k.bias", shape.keyValueLength());
        float[] v = floats(block, "attn_v.bias", shape.keyValueLength());
        float[] bias = new float[q.length + k.length + v.length];
        System.arraycopy(q, 0, bias, 0, q.length);
        System.arraycopy(k, 0, bias, q.length, k.length);
        System.arraycopy(v, 0, bias, q.length + k.length, v.length);
        return device.vector(bias);
    }

    private Tensor vector(int block, String part, int length) {
        return device.vector(floats(block, part, length));
    }

    private float[] floats(int block, String part, int length) {
        return Vectors.required(base, "blk." + block + "." + part, length);
    }

    private Matrix required(WeightGroup group) {
        Matrix matrix = staging.get(group);
        if (matrix == null) {
            throw new IllegalStateException(group + " has no staging");
        }
        return matrix;
    }
}
