package dev.loramill.llama.gguf;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The pairs of matrices in an adapter, checked against the shapes of the base. */
final class AdapterPairs {
    private static final Pattern BLOCK_WEIGHT =
            Pattern.compile("blk\\.(0|[1-9][0-9]{0,3})\\.([a-z_]+)\\.weight");
    private static final String OUTPUT_WEIGHT = "output.weight";

    private final ModelHyperparameters base;
    private final int maxRank;
    private final Map<String, Halves> pairs = new LinkedHashMap<>();
    private final EnumSet<LoraTarget> targets = EnumSet.noneOf(LoraTarget.class);
    private int largestRank;

    AdapterPairs(ModelHyperparameters base, int maxRank) {
        this.base = base;
        this.maxRank = maxRank;
    }

    /** Collects the pairs of a file and reports what is wrong with them. */
    void check(GgufFile file, List<GgufFault> faults) {
        collect(file, faults);
        pairs.forEach((weight, halves) ->
                largestRank = Math.max(largestRank, check(weight, halves, faults)));
    }

    int count() {
        return pairs.size();
    }

    int largestRank() {
        return largestRank;
    }

    Set<LoraTarget> targets() {
        return targets;
    }

    boolean changesOutput() {
        return pairs.containsKey(OUTPUT_WEIGHT);
    }

    /** The two matrices of one weight, as far as they were found. */
    private record Halves(
            @org.jspecify.annotations.Nullable GgufTensor a,
            @org.jspecify.annotations.Nullable GgufTensor b) {}

    private void collect(GgufFile file, List<GgufFault> faults) {
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
    }

    /** The rank of a sound pair, else 0. */
    private int check(String weight, Halves halves, List<GgufFault> faults) {
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
                + "blk.N.{attn_q,attn_k,attn_v,attn_output,ffn_gate,ffn_up,ffn_down}.weight with N in"
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
        if (rank > maxRank) {
            faults.add(
                    new GgufFault(
                            "rank",
                            "rank of \""
                                    + weight
                                    + "\" must be in [1, "
                                    + maxRank
                                    + "], got "
                                    + rank));
            return 0;
        }
        return (int) rank;
    }
}
