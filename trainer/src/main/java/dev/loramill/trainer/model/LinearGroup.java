package dev.loramill.trainer.model;

import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.trainer.lora.LoraConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * Linear weights with the same input, multiplied as one.
 *
 * <p>The input is widened by the adapters' inner vectors, {@code [x | s·h]} with {@code h = x Aᵀ},
 * and the weights by the adapters' second matrices, {@code [W | B]}, so that one product gives base
 * and adapter together.
 */
final class LinearGroup {
    /** Which weights are multiplied together. */
    enum Role {
        QUERY_KEY_VALUE,
        OUTPUT,
        GATE_UP,
        DOWN;

        private List<LoraTarget> targets() {
            return switch (this) {
                case QUERY_KEY_VALUE -> List.of(LoraTarget.Q, LoraTarget.K, LoraTarget.V);
                case OUTPUT -> List.of(LoraTarget.O);
                case GATE_UP -> List.of(LoraTarget.GATE, LoraTarget.UP);
                case DOWN -> List.of(LoraTarget.DOWN);
            };
        }
    }

    /**
     * One weight of the group.
     *
     * @param target which weight
     * @param outputOffset its first row among the group's outputs
     * @param outputLength its rows
     * @param rankOffset its first column among the group's rank columns; -1 if it is not adapted
     */
    record Part(LoraTarget target, int outputOffset, int outputLength, int rankOffset) {
        boolean isAdapted() {
            return rankOffset >= 0;
        }
    }

    private final Role role;
    private final int inputLength;
    private final int outputLength;
    private final int rank;
    private final int rankColumns;
    private final List<Part> parts;

    LinearGroup(Role role, ModelHyperparameters model, LoraConfig lora) {
        this.role = role;
        this.rank = lora.rank();
        this.inputLength = role.targets().getFirst().inputLength(model);
        List<Part> all = new ArrayList<>();
        int outputs = 0;
        int ranks = 0;
        for (LoraTarget target : role.targets()) {
            boolean isAdapted = lora.targets().contains(target);
            int length = target.outputLength(model);
            all.add(new Part(target, outputs, length, isAdapted ? ranks : -1));
            outputs += length;
            ranks += isAdapted ? lora.rank() : 0;
        }
        this.parts = List.copyOf(all);
        this.outputLength = outputs;
        this.rankColumns = ranks;
    }

    /** The groups of every block of a model. */
    static PerGroup<LinearGroup> all(ModelHyperparameters model, LoraConfig lora) {
        return new PerGroup<>(
                new LinearGroup(Role.QUERY_KEY_VALUE, model, lora),
                new LinearGroup(Role.OUTPUT, model, lora),
                new LinearGroup(Role.GATE_UP, model, lora),
                new LinearGroup(Role.DOWN, model, lora));
    }

    Role role() {
        return role;
    }

    /** Columns of the plain input. */
    int inputLength() {
        return inputLength;
    }

    /** Columns of the widened input. */
    int width() {
        return inputLength + rankColumns;
    }

    int outputLength() {
        return outputLength;
    }

    int rank() {
        return rank;
    }

    /** Columns that the adapters add to the input. */
    int rankColumns() {
        return rankColumns;
    }

    /** Columns of a matrix of inner vectors, which is never empty. */
    int innerWidth() {
        return Math.max(rankColumns, 1);
    }

    boolean isAdapted() {
        return rankColumns > 0;
    }

    List<Part> parts() {
        return parts;
    }
}
