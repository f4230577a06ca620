package dev.loramill.trainer.export;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loramill.llama.gguf.GgufValue;
import dev.loramill.llama.gguf.LoraAdapterFile;
import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.trainer.kernel.RotaryTable.Pairing;
import dev.loramill.trainer.lora.LoraConfig;
import dev.loramill.trainer.lora.LoraLayout.Slot;
import dev.loramill.trainer.lora.LoraParameters;
import dev.loramill.trainer.model.Architecture;
import dev.loramill.trainer.storage.AtomicFile;
import dev.loramill.trainer.storage.Safetensors;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes an adapter in the two formats that others read.
 *
 * @param shape sizes of the base
 * @param architecture of the base
 * @param lora how it was adapted
 * @param parameters the adapter
 */
public record AdapterExport(
        ModelHyperparameters shape,
        Architecture architecture,
        LoraConfig lora,
        LoraParameters parameters) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Writes the adapter for llama.cpp; {@code notes} become metadata of the file. */
    public void writeGguf(Path path, Map<String, String> notes) throws IOException {
        List<LoraAdapterFile.Pair> pairs = new ArrayList<>();
        for (Slot slot : parameters.layout().slots()) {
            pairs.add(
                    new LoraAdapterFile.Pair(
                            slot.target().tensorName(slot.block()),
                            slot.inputLength(),
                            slot.outputLength(),
                            slot.rank(),
                            parameters.segment(slot.aOffset(), slot.aLength()),
                            parameters.segment(slot.bOffset(), slot.bLength())));
        }
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        notes.forEach((key, value) -> metadata.put(key, GgufValue.text(value)));
        float alpha = (float) (lora.scale() * lora.rank());
        new LoraAdapterFile(architecture.ggufName(), alpha, pairs, metadata).write(path);
    }

    /**
     * Writes PEFT's folder: {@code adapter_model.safetensors} and {@code adapter_config.json}.
     *
     * @param baseName what PEFT is told the base is called
     */
    public void writePeft(Path directory, String baseName) throws IOException {
        Map<String, Safetensors.Floats> tensors = new TreeMap<>();
        for (Slot slot : parameters.layout().slots()) {
            String stem =
                    "base_model.model.model.layers."
                            + slot.block()
                            + "."
                            + slot.target().peftName()
                            + ".lora_";
            tensors.put(
                    stem + "A.weight",
                    new Safetensors.Floats(
                            List.of((long) slot.rank(), (long) slot.inputLength()),
                            parameters.segment(slot.aOffset(), slot.aLength())));
            tensors.put(
                    stem + "B.weight",
                    new Safetensors.Floats(
                            List.of((long) slot.outputLength(), (long) slot.rank()), second(slot)));
        }
        Safetensors.write(
                directory.resolve("adapter_model.safetensors"), Map.of("format", "pt"), tensors);
        AtomicFile.write(directory.resolve("adapter_config.json"), config(baseName));
    }

    /** B with its rows in the order of transformers' models. */
    private MemorySegment second(Slot slot) {
        int heads =
                switch (slot.target()) {
                    case Q -> shape.headCount();
                    case K -> shape.keyValueHeadCount();
                    default -> 0;
                };
        if (heads == 0 || architecture.pairing() != Pairing.INTERLEAVED) {
            return parameters.segment(slot.bOffset(), slot.bLength());
        }
        float[] rows = parameters.get(slot.bOffset(), slot.bLength());
        return MemorySegment.ofArray(deinterleave(rows, heads, slot.outputLength(), slot.rank()));
    }

    /**
     * Reorders the rows of each head from neighbours that are rotated together to halves that are.
     */
    static float[] deinterleave(float[] rows, int heads, int rowCount, int width) {
        float[] result = new float[rows.length];
        int perHead = rowCount / heads;
        int half = perHead / 2;
        for (int head = 0; head < heads; head++) {
            for (int pair = 0; pair < half; pair++) {
                for (int side = 0; side < 2; side++) {
                    int from = head * perHead + 2 * pair + side;
                    int to = head * perHead + side * half + pair;
                    System.arraycopy(rows, from * width, result, to * width, width);
                }
            }
        }
        return result;
    }

    private String config(String baseName) throws IOException {
        ObjectNode config = JSON.createObjectNode();
        config.put("peft_type", "LORA");
        config.put("task_type", "CAUSAL_LM");
        config.put("base_model_name_or_path", baseName);
        config.put("inference_mode", true);
        config.put("r", lora.rank());
        if (lora.alpha() == Math.rint(lora.alpha())) {
            config.put("lora_alpha", (long) lora.alpha());
        } else {
            config.put("lora_alpha", lora.alpha());
        }
        config.put("lora_dropout", lora.dropout());
        config.put("use_rslora", lora.isRankStabilized());
        config.put("bias", "none");
        config.put("fan_in_fan_out", false);
        config.put("init_lora_weights", true);
        ArrayNode modules = config.putArray("target_modules");
        for (LoraTarget target : lora.targets()) {
            modules.add(target.peftName().substring(target.peftName().lastIndexOf('.') + 1));
        }
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n";
    }
}
