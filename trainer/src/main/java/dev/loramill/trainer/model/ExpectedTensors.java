package dev.loramill.trainer.model;

import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.GgufTensor;
import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.gguf.ModelHyperparameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors that a base must have, and the only ones it may have: what is computed without one of
 * them would be another model than the one that is served.
 */
final class ExpectedTensors {
    private static final int MOST_FAULTS = 5;

    private final Map<String, List<Long>> required = new LinkedHashMap<>();
    private final Map<String, List<Long>> optional = new LinkedHashMap<>();

    private ExpectedTensors(ModelHyperparameters shape, Architecture architecture) {
        long width = shape.embeddingLength();
        required.put("token_embd.weight", List.of(width, (long) shape.vocabularySize()));
        required.put("output_norm.weight", List.of(width));
        optional.put("output.weight", List.of(width, (long) shape.vocabularySize()));
        optional.put("rope_freqs.weight", List.of(shape.ropeDimensionCount() / 2L));
        for (int block = 0; block < shape.blockCount(); block++) {
            String prefix = "blk." + block + ".";
            required.put(prefix + "attn_norm.weight", List.of(width));
            required.put(prefix + "ffn_norm.weight", List.of(width));
            for (LoraTarget target : LoraTarget.values()) {
                required.put(
                        target.tensorName(block),
                        List.of(
                                (long) target.inputLength(shape),
                                (long) target.outputLength(shape)));
            }
            switch (architecture) {
                case LLAMA -> {}
                case QWEN2 -> {
                    required.put(prefix + "attn_q.bias", List.of((long) shape.queryLength()));
                    required.put(prefix + "attn_k.bias", List.of((long) shape.keyValueLength()));
                    required.put(prefix + "attn_v.bias", List.of((long) shape.keyValueLength()));
                }
                case QWEN3 -> {
                    required.put(
                            prefix + "attn_q_norm.weight", List.of((long) shape.headDimension()));
                    required.put(
                            prefix + "attn_k_norm.weight", List.of((long) shape.headDimension()));
                }
            }
        }
    }

    /**
     * Checks names and sizes.
     *
     * @throws UnsupportedBaseException naming the first tensors that are not as they must be
     */
    static void check(GgufFile file, ModelHyperparameters shape, Architecture architecture) {
        List<String> faults = new ExpectedTensors(shape, architecture).faults(file);
        if (!faults.isEmpty()) {
            int shown = Math.min(MOST_FAULTS, faults.size());
            String rest = faults.size() > shown ? ", and " + (faults.size() - shown) + " more" : "";
            throw new UnsupportedBaseException(
                    "as "
                            + architecture.ggufName()
                            + " it cannot be trained: "
                            + String.join(", ", faults.subList(0, shown))
                            + rest);
        }
    }

    private List<String> faults(GgufFile file) {
        List<String> faults = new ArrayList<>();
        for (GgufTensor tensor : file.tensors()) {
            String name = tensor.name();
            List<Long> sizes = required.getOrDefault(name, optional.get(name));
            if (sizes == null) {
                faults.add("tensor \"" + name + "\" is not supported");
            } else if (!sizes.equals(tensor.dimensions())) {
                faults.add(
                        "tensor \""
                                + name
                                + "\" must have sizes "
                                + sizes
                                + ", got "
                                + tensor.dimensions());
            }
        }
        for (String name : required.keySet()) {
            if (file.findTensor(name).isEmpty()) {
                faults.add("tensor \"" + name + "\" is missing");
            }
        }
        return faults;
    }
}
