package dev.loramill.llama.gguf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides whether an adapter may be given to native code, for one base.
 *
 * <p>llama.cpp ends the process on several malformed adapters and silently accepts others that
 * cannot work; every file that is accepted here is one that it loads. Check a private copy and load
 * that same copy, since the file could change in between. Safe from any number of threads.
 */
public final class AdapterValidator {
    private static final String BLOCK_PREFIX = "blk.";
    private static final Pattern BLOCK_WEIGHT =
            Pattern.compile("blk\\.(0|[1-9][0-9]{0,3})\\.([a-z_]+)\\.weight");
    private static final String OUTPUT_WEIGHT = "output.weight";
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
        Map<String, Halves> pairs = collectPairs(file, faults);
        EnumSet<LoraTarget> targets = EnumSet.noneOf(LoraTarget.class);
        int rank = 0;
        for (Map.Entry<String, Halves> entry : pairs.entrySet()) {
            rank = Math.max(rank, checkPair(entry.getKey(), entry.getValue(), targets, faults));
        }
        if (pairs.isEmpty() && faults.isEmpty()) {
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
                        rank,
                        pairs.size(),
                        targets,
                        pairs.containsKey(OUTPUT_WEIGHT),
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

    /** The two matrices of one weight, as far as they were found. */
    private record Halves(
            @org.jspecify.annotations.Nullable GgufTensor a,
            @org.jspecify.annotations.Nullable GgufTensor b) {}

    private Map<String, Halves> collectPairs(GgufFile file, List<GgufFault> faults) {
        Map<String, Halves> pairs = new LinkedHashMap<>();
        for (GgufTensor tensor : file.tensors()) {
            String name = tensor.name();
            boolean isA = name.endsWith(LoraAdapterFile.A_SUFFIX);
            if (!isA && !name.endsWith(LoraAdapterFile.B_SUFFIX)) {
                faults.add(
                        new GgufFault(
                                "tensor-name",
                                "tensor \"" + name + "\" must end in .lora_a or .lora_b"));
                continue;
            }
            String weight = name.substring(0, name.length() - LoraAdapterFile.A_SUFFIX.length());
            Halves halves = pairs.getOrDefault(weight, new Halves(null, null));
            pairs.put(
                    weight, isA ? new Halves(tensor, halves.b()) : new Halves(halves.a(), tensor));
        }
        return pairs;
    }

    /** The rank of a sound pair, else 0. */
    private int checkPair(
            String weight, Halves halves, Set<LoraTarget> targets, List<GgufFault> faults) {
        GgufTensor a = halves.a();
        GgufTensor b = halves.b();
        if (a == null || b == null) {
            faults.add(
                    new GgufFault(
                            "missing-half",
                            "weight \""
                                    + weight
                                    + "\" must have both .lora_a and .lora_b, got only "
                                    + (a == null ? ".lora_b" : ".lora_a")));
            return 0;
        }
        long inputLength;
        long outputLength;
        if (weight.equals(OUTPUT_WEIGHT) && !base.isTied()) {
            inputLength = base.embeddingLength();
            outputLength = base.vocabularySize();
        } else {
            LoraTarget target = target(weight);
            if (target == null) {
                faults.add(new GgufFault("target", describeTargets(weight)));
                return 0;
            }
            targets.add(target);
            inputLength = target.inputLength(base);
            outputLength = target.outputLength(base);
        }
        if (!hasSoundForm(a, faults) | !hasSoundForm(b, faults)) {
            return 0;
        }
        return checkSizes(weight, a, b, inputLength, outputLength, faults);
    }

    private @org.jspecify.annotations.Nullable LoraTarget target(String weight) {
        Matcher matcher = BLOCK_WEIGHT.matcher(weight);
        if (!matcher.matches()) {
            return null;
        }
        int block = Integer.parseInt(weight, matcher.start(1), matcher.end(1), 10);
        String name = weight.substring(matcher.start(2), matcher.end(2));
        return block < base.blockCount() ? LoraTarget.ofGgufName(name).orElse(null) : null;
    }

    private String describeTargets(String weight) {
        return "weight \""
                + weight
                + "\" must be "
                + BLOCK_PREFIX
                + "N.{attn_q,attn_k,attn_v,attn_output,ffn_gate,ffn_up,ffn_down}.weight with N in"
                + " [0, "
                + (base.blockCount() - 1)
                + "]"
                + (base.isTied() ? " (the base's output is tied to its embedding)" : " or output");
    }

    private static boolean hasSoundForm(GgufTensor tensor, List<GgufFault> faults) {
        boolean isSound = true;
        if (tensor.dimensions().size() != 2) {
            faults.add(
                    new GgufFault(
                            "dimensions",
                            "tensor \""
                                    + tensor.name()
                                    + "\" must have exactly 2 dimensions, got "
                                    + tensor.dimensions()));
            isSound = false;
        }
        switch (tensor.type()) {
            case F32, F16, BF16 -> {}
            default -> {
                faults.add(
                        new GgufFault(
                                "storage-type",
                                "tensor \""
                                        + tensor.name()
                                        + "\" must be F32, F16 or BF16, got "
                                        + tensor.type()));
                isSound = false;
            }
        }
        return isSound;
    }

    private int checkSizes(
            String weight,
            GgufTensor a,
            GgufTensor b,
            long inputLength,
            long outputLength,
            List<GgufFault> faults) {
        long rank = a.dimension(1);
        if (a.dimension(0) != inputLength
                || b.dimension(1) != outputLength
                || b.dimension(0) != rank) {
            faults.add(
                    new GgufFault(
                            "shape",
                            "matrices of \""
                                    + weight
                                    + "\" must be ["
                                    + inputLength
                                    + ", rank] and [rank, "
                                    + outputLength
                                    + "] to fit the base, got "
                                    + a.dimensions()
                                    + " and "
                                    + b.dimensions()));
            return 0;
        }
        if (rank > limits.rank()) {
            faults.add(
                    new GgufFault(
                            "rank",
                            "rank of \""
                                    + weight
                                    + "\" must be in [1, "
                                    + limits.rank()
                                    + "], got "
                                    + rank));
            return 0;
        }
        return (int) rank;
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
