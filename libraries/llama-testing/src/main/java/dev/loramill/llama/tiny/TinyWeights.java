package dev.loramill.llama.tiny;

import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.gguf.GgufValue;
import dev.loramill.llama.gguf.GgufWriter;
import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.quantization.Quantizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Draws the weights of a small model and lays them out in a file. */
final class TinyWeights {
    private final TinyLlama model;

    TinyWeights(TinyLlama model) {
        this.model = model;
    }

    void write(Path path) throws IOException {
        GgufWriter writer = new GgufWriter();
        describe(writer);
        TinyVocabulary.ofSize(model.vocabularySize()).describe(writer);
        Random random = new Random(model.seed());
        matrix(
                writer,
                random,
                "token_embd.weight",
                model.embeddingType(),
                model.vocabularySize(),
                0.25);
        if (model.hasRopeFactors()) {
            float[] factors = new float[model.embeddingLength() / model.headCount() / 2];
            for (int i = 0; i < factors.length; i++) {
                factors[i] = 1 + 7f * i / factors.length;
            }
            vector(writer, "rope_freqs.weight", factors);
        }
        for (int block = 0; block < model.blockCount(); block++) {
            block(writer, random, block);
        }
        vector(writer, "output_norm.weight", around(random, 1, model.embeddingLength()));
        if (!model.isTied()) {
            matrix(
                    writer,
                    random,
                    "output.weight",
                    model.embeddingType(),
                    model.vocabularySize(),
                    0.25);
        }
        writer.write(path);
    }

    private void describe(GgufWriter writer) {
        writer.put("general.architecture", GgufValue.text(model.architecture()))
                .put("general.type", GgufValue.text("model"))
                .put(
                        "general.name",
                        GgufValue.text("Tiny " + model.architecture() + " " + model.seed()))
                .put(key("block_count"), GgufValue.uint32(model.blockCount()))
                .put(key("context_length"), GgufValue.uint32(model.contextLength()))
                .put(key("embedding_length"), GgufValue.uint32(model.embeddingLength()))
                .put(key("feed_forward_length"), GgufValue.uint32(model.feedForwardLength()))
                .put(key("attention.head_count"), GgufValue.uint32(model.headCount()))
                .put(key("attention.head_count_kv"), GgufValue.uint32(model.keyValueHeadCount()))
                .put(
                        key("attention.layer_norm_rms_epsilon"),
                        GgufValue.float32(TinyLlama.RMS_EPSILON))
                .put(key("rope.freq_base"), GgufValue.float32(TinyLlama.ROPE_BASE))
                .put(
                        key("rope.dimension_count"),
                        GgufValue.uint32((long) model.embeddingLength() / model.headCount()))
                .put(key("vocab_size"), GgufValue.uint32(model.vocabularySize()));
        if (model.architecture().equals("qwen3")) {
            long headDimension = (long) model.embeddingLength() / model.headCount();
            writer.put(key("attention.key_length"), GgufValue.uint32(headDimension))
                    .put(key("attention.value_length"), GgufValue.uint32(headDimension));
        }
    }

    private String key(String name) {
        return model.architecture() + "." + name;
    }

    private void block(GgufWriter writer, Random random, int block) {
        String prefix = "blk." + block + ".";
        ModelHyperparameters sizes = model.hyperparameters();
        vector(writer, prefix + "attn_norm.weight", around(random, 1, model.embeddingLength()));
        for (LoraTarget target : LoraTarget.values()) {
            if (target == LoraTarget.GATE) {
                vector(
                        writer,
                        prefix + "ffn_norm.weight",
                        around(random, 1, model.embeddingLength()));
            }
            int inputLength = target.inputLength(sizes);
            int outputLength = target.outputLength(sizes);
            float[] values = new float[inputLength * outputLength];
            double deviation = 1 / Math.sqrt(inputLength);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (random.nextGaussian() * deviation);
            }
            writer.addTensor(
                    target.tensorName(block),
                    model.linearType(),
                    List.of((long) inputLength, (long) outputLength),
                    Quantizer.quantize(model.linearType(), values));
            boolean isQkv =
                    target == LoraTarget.Q || target == LoraTarget.K || target == LoraTarget.V;
            if (isQkv && model.architecture().equals("qwen2")) {
                vector(
                        writer,
                        prefix + target.ggufName() + ".bias",
                        around(random, 0, outputLength));
            }
            if (isQkv && target != LoraTarget.V && model.architecture().equals("qwen3")) {
                vector(
                        writer,
                        prefix + target.ggufName() + "_norm.weight",
                        around(random, 1, sizes.headDimension()));
            }
        }
    }

    private void matrix(
            GgufWriter writer,
            Random random,
            String name,
            GgmlType type,
            int rows,
            double deviation) {
        float[] values = new float[model.embeddingLength() * rows];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        writer.addTensor(
                name,
                type,
                List.of((long) model.embeddingLength(), (long) rows),
                Quantizer.quantize(type, values));
    }

    private static float[] around(Random random, float mean, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = mean + (float) (random.nextGaussian() * 0.1);
        }
        return values;
    }

    private static void vector(GgufWriter writer, String name, float[] values) {
        writer.addTensor(
                name,
                GgmlType.F32,
                List.of((long) values.length),
                Quantizer.quantize(GgmlType.F32, values));
    }
}
