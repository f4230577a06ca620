package dev.loramill.llama.gguf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Decides whether an adapter may be given to native code, for one base.
 *
 * <p>llama.cpp ends the process on several malformed adapters and silently accepts others that
 * cannot work; every file that is accepted here is one that it loads. Check a private copy and load
 * that same copy, since the file could change in between. Safe from any number of threads.
 */
public final class AdapterValidator {
    private static final Set<String> TEXT_KEYS =
            Set.of("adapter.lora.task_name", "adapter.lora.prompt_prefix");

    private final ModelHyperparameters base;
    private final AdapterLimits limits;

    /** A validator for adapters of one base, within {@link AdapterLimits#DEFAULT}. */
    public AdapterValidator(ModelHyperparameters base) {
        this(base, AdapterLimits.DEFAULT);
    }

    /** A validator for adapters of one base, within the given bounds. */
    public AdapterValidator(ModelHyperparameters base, AdapterLimits limits) {
        this.base = base;
        this.limits = limits;
    }

    /**
     * Checks a file completely, weights included.
     *
     * @throws IOException if the file cannot be read
     */
    public AdapterOutcome validate(Path path) throws IOException {
        long size = Files.size(path);
        if (size > limits.fileBytes()) {
            return refused(
                    "file-size",
                    "file must have at most " + limits.fileBytes() + " bytes, got " + size);
        }
        try (GgufFile file = GgufFile.open(path, GgufLimits.ADAPTER)) {
            return validate(file);
        } catch (InvalidGgufException e) {
            return refused("format", String.valueOf(e.getMessage()));
        }
    }

    private static AdapterOutcome refused(String rule, String message) {
        return new AdapterOutcome.Refused(List.of(new GgufFault(rule, message)));
    }

    private AdapterOutcome validate(GgufFile file) {
        List<GgufFault> faults = new ArrayList<>();
        GgufLayout.check(file, faults);
        checkKind(file.metadata(), faults);
        float alpha = checkAlpha(file.metadata(), faults);
        AdapterPairs pairs = new AdapterPairs(base, limits.rank());
        pairs.check(file, faults);
        if (pairs.count() == 0 && faults.isEmpty()) {
            faults.add(
                    new GgufFault(
                            "no-pairs", "file must have at least one pair of matrices, got 0"));
        }
        if (faults.isEmpty()) {
            // Only now, so that nothing is read for a file that is refused anyway.
            file.tensors().forEach(tensor -> checkWeights(file, tensor, faults));
        }
        if (!faults.isEmpty()) {
            return new AdapterOutcome.Refused(faults);
        }
        return new AdapterOutcome.Accepted(
                new AdapterDescription(
                        base.architecture(),
                        alpha,
                        pairs.largestRank(),
                        pairs.count(),
                        pairs.targets(),
                        pairs.changesOutput(),
                        file.sizeBytes()));
    }

    private void checkKind(GgufMetadata metadata, List<GgufFault> faults) {
        requireText(metadata, LoraAdapterFile.TYPE_KEY, "adapter", "general-type", faults);
        requireText(metadata, LoraAdapterFile.ADAPTER_TYPE_KEY, "lora", "adapter-type", faults);
        requireText(
                metadata,
                LoraAdapterFile.ARCHITECTURE_KEY,
                base.architecture(),
                "architecture",
                faults);
        for (String key : metadata.keys()) {
            boolean isText = metadata.find(key).orElseThrow() instanceof GgufValue.Text;
            if (key.startsWith("adapter.")
                    && !key.equals(LoraAdapterFile.ADAPTER_TYPE_KEY)
                    && !key.equals(LoraAdapterFile.ALPHA_KEY)
                    && !(TEXT_KEYS.contains(key) && isText)) {
                faults.add(
                        new GgufFault(
                                "metadata",
                                "metadata \""
                                        + key
                                        + "\" must not be there, or be a string if it is one of "
                                        + TEXT_KEYS.stream().sorted().toList()
                                        + ", got "
                                        + GgufMetadata.describe(metadata.find(key).orElseThrow())));
            }
        }
    }

    private static void requireText(
            GgufMetadata metadata,
            String key,
            String expected,
            String rule,
            List<GgufFault> faults) {
        String seen = metadata.find(key).map(GgufMetadata::describe).orElse("nothing");
        if (!metadata.find(key).equals(java.util.Optional.of(GgufValue.text(expected)))) {
            faults.add(
                    new GgufFault(
                            rule,
                            "metadata \""
                                    + key
                                    + "\" must be the string \""
                                    + expected
                                    + "\", got "
                                    + seen));
        }
    }

    private float checkAlpha(GgufMetadata metadata, List<GgufFault> faults) {
        String key = LoraAdapterFile.ALPHA_KEY;
        if (metadata.find(key).orElse(null) instanceof GgufValue.Real(GgufValueType type, double x)
                && type == GgufValueType.FLOAT32
                && x > 0
                && x <= limits.alpha()) {
            return (float) x;
        }
        String seen =
                metadata.find(key)
                        .map(value ->
                                (value instanceof GgufValue.Real(GgufValueType type, _)
                                                ? type + " "
                                                : value.type() + " ")
                                        + GgufMetadata.describe(value))
                        .orElse("nothing");
        faults.add(
                new GgufFault(
                        "alpha",
                        "metadata \""
                                + key
                                + "\" must be a FLOAT32 in (0, "
                                + limits.alpha()
                                + "], got "
                                + seen));
        return Float.NaN;
    }

    private void checkWeights(GgufFile file, GgufTensor tensor, List<GgufFault> faults) {
        MemorySegment contents = file.data(tensor);
        long index = WeightScan.findUnbounded(tensor.type(), contents, limits.magnitude());
        if (index >= 0) {
            faults.add(
                    new GgufFault(
                            "weights",
                            "element "
                                    + index
                                    + " of tensor \""
                                    + tensor.name()
                                    + "\" must be finite and within ±"
                                    + limits.magnitude()
                                    + ", got "
                                    + WeightScan.element(tensor.type(), contents, index)));
        }
    }
}
