package dev.loramill.llama.gguf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides whether a base model may be given to native code and to the trainer.
 *
 * <p>The file must be of an architecture that is supported, hold exactly the tensors that this
 * architecture has, in the right shapes and in types that are supported, and a sound tokenizer.
 * Weights themselves are not read. Safe from any number of threads.
 */
public final class BaseValidator {
    /** Architectures that are supported. */
    public static final Set<String> ARCHITECTURES = Set.of("llama", "qwen2", "qwen3");

    private static final int SHOWN_FAULTS = 20;

    private BaseValidator() {}

    /**
     * Checks a file.
     *
     * @throws IOException if the file cannot be read
     */
    public static BaseOutcome validate(Path path) throws IOException {
        try (GgufFile file = GgufFile.open(path, GgufLimits.MODEL)) {
            return validate(file);
        } catch (InvalidGgufException e) {
            return new BaseOutcome.Refused(
                    List.of(new GgufFault("format", String.valueOf(e.getMessage()))));
        }
    }

    private static BaseOutcome validate(GgufFile file) {
        List<GgufFault> faults = new ArrayList<>();
        GgufLayout.check(file, faults);
        String type = file.metadata().findString("general.type").orElse("model");
        if (!type.equals("model")) {
            faults.add(
                    new GgufFault(
                            "general-type",
                            "metadata \"general.type\" must be absent or \"model\", got \""
                                    + type
                                    + "\""));
        }
        String architecture = file.metadata().string("general.architecture");
        if (!ARCHITECTURES.contains(architecture)) {
            faults.add(
                    new GgufFault(
                            "architecture",
                            "metadata \"general.architecture\" must be one of "
                                    + ARCHITECTURES.stream().sorted().toList()
                                    + ", got \""
                                    + architecture
                                    + "\""));
            return new BaseOutcome.Refused(faults);
        }
        ModelHyperparameters model;
        try {
            model = ModelHyperparameters.read(file);
        } catch (InvalidGgufException e) {
            faults.add(new GgufFault("format", String.valueOf(e.getMessage())));
            return new BaseOutcome.Refused(faults);
        }
        checkTensors(file, model, faults);
        TokenizerRules.check(file.metadata(), model.vocabularySize(), faults);
        return faults.isEmpty()
                ? new BaseOutcome.Accepted(model)
                : new BaseOutcome.Refused(faults.subList(0, Math.min(SHOWN_FAULTS, faults.size())));
    }

    private static void checkTensors(
            GgufFile file, ModelHyperparameters model, List<GgufFault> faults) {
        Map<String, List<Long>> required = requiredTensors(model);
        required.forEach((name, dimensions) -> {
            if (file.findTensor(name).isEmpty()) {
                faults.add(
                        new GgufFault(
                                "missing-tensor",
                                "tensor \""
                                        + name
                                        + "\" must be there with dimensions "
                                        + dimensions));
            }
        });
        for (GgufTensor tensor : file.tensors()) {
            List<Long> expected = required.get(tensor.name());
            if (expected == null && tensor.name().equals("rope_freqs.weight")) {
                expected = List.of(model.ropeDimensionCount() / 2L);
            }
            if (expected == null) {
                faults.add(
                        new GgufFault(
                                "unknown-tensor",
                                "tensor \""
                                        + tensor.name()
                                        + "\" is not one of architecture \""
                                        + model.architecture()
                                        + "\" with "
                                        + model.blockCount()
                                        + " blocks"));
                continue;
            }
            checkForm(tensor, expected, faults);
        }
    }

    private static void checkForm(GgufTensor tensor, List<Long> expected, List<GgufFault> faults) {
        if (!tensor.dimensions().equals(expected)) {
            faults.add(
                    new GgufFault(
                            "shape",
                            "tensor \""
                                    + tensor.name()
                                    + "\" must have dimensions "
                                    + expected
                                    + ", got "
                                    + tensor.dimensions()));
        }
        boolean isVector = expected.size() == 1;
        if (isVector ? tensor.type() != GgmlType.F32 : !isWeightType(tensor.type())) {
            faults.add(
                    new GgufFault(
                            "storage-type",
                            "tensor \""
                                    + tensor.name()
                                    + "\" must be "
                                    + (isVector
                                            ? "F32"
                                            : "F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K,"
                                                    + " Q5_K or Q6_K")
                                    + ", got "
                                    + tensor.type()));
        }
    }

    private static boolean isWeightType(GgmlType type) {
        return switch (type) {
            case F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K -> true;
            default -> false;
        };
    }

    private static Map<String, List<Long>> requiredTensors(ModelHyperparameters model) {
        Map<String, List<Long>> tensors = new LinkedHashMap<>();
        long width = model.embeddingLength();
        long vocabulary = model.vocabularySize();
        tensors.put("token_embd.weight", List.of(width, vocabulary));
        tensors.put("output_norm.weight", List.of(width));
        if (!model.isTied()) {
            tensors.put("output.weight", List.of(width, vocabulary));
        }
        for (int block = 0; block < model.blockCount(); block++) {
            String prefix = "blk." + block + ".";
            tensors.put(prefix + "attn_norm.weight", List.of(width));
            tensors.put(prefix + "ffn_norm.weight", List.of(width));
            for (LoraTarget target : LoraTarget.values()) {
                tensors.put(
                        target.tensorName(block),
                        List.of(
                                (long) target.inputLength(model),
                                (long) target.outputLength(model)));
            }
            if (model.architecture().equals("qwen2")) {
                for (LoraTarget target : List.of(LoraTarget.Q, LoraTarget.K, LoraTarget.V)) {
                    tensors.put(
                            prefix + target.ggufName() + ".bias",
                            List.of((long) target.outputLength(model)));
                }
            }
            if (model.architecture().equals("qwen3")) {
                tensors.put(prefix + "attn_q_norm.weight", List.of((long) model.headDimension()));
                tensors.put(prefix + "attn_k_norm.weight", List.of((long) model.headDimension()));
            }
        }
        return tensors;
    }
}
