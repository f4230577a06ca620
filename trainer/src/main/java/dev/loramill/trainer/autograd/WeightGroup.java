package dev.loramill.trainer.autograd;

import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.gguf.ModelHyperparameters;
import java.util.List;

/** Weights of a block with the same input, multiplied as one. */
enum WeightGroup {
    QUERY_KEY_VALUE(LoraTarget.Q, LoraTarget.K, LoraTarget.V),
    OUTPUT(LoraTarget.O),
    GATE_UP(LoraTarget.GATE, LoraTarget.UP),
    DOWN(LoraTarget.DOWN);

    private final List<LoraTarget> targets;

    WeightGroup(LoraTarget... targets) {
        this.targets = List.of(targets);
    }

    /** The weights, in order of their rows. */
    List<LoraTarget> targets() {
        return targets;
    }

    /** Rows of each weight. */
    long[] outputLengths(ModelHyperparameters shape) {
        return targets.stream().mapToLong(target -> target.outputLength(shape)).toArray();
    }

    /** Rows of all together. */
    int outputLength(ModelHyperparameters shape) {
        return targets.stream().mapToInt(target -> target.outputLength(shape)).sum();
    }

    /** Columns. */
    int inputLength(ModelHyperparameters shape) {
        return targets.getFirst().inputLength(shape);
    }
}
