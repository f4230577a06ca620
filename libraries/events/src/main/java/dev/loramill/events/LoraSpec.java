package dev.loramill.events;

import java.util.List;

/**
 * Shape of a LoRA adapter.
 *
 * @param rank rank of the two factors, 1 to 256
 * @param alpha scale numerator; the update is scaled by alpha / rank
 * @param dropout probability that an input of the adapter is dropped in training, 0 to below 1
 * @param targets linear layers: of q, k, v, o, gate, up, down
 */
public record LoraSpec(int rank, double alpha, double dropout, List<String> targets) {
    /** Names that {@link #targets()} may hold. */
    public static final List<String> ALL_TARGETS =
            List.of("q", "k", "v", "o", "gate", "up", "down");

    public LoraSpec {
        if (rank < 1 || rank > 256) {
            throw new IllegalArgumentException("lora.rank must be in [1, 256], got " + rank);
        }
        if (!(alpha > 0 && alpha <= EventLimits.MEASURE)) {
            throw new IllegalArgumentException("lora.alpha must be > 0, got " + alpha);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("lora.dropout must be in [0, 1), got " + dropout);
        }
        targets = Check.list("lora.targets", targets, ALL_TARGETS.size());
        if (targets.isEmpty() || !ALL_TARGETS.containsAll(targets)) {
            throw new IllegalArgumentException(
                    "lora.targets must be a non-empty choice of %s, got %s"
                            .formatted(ALL_TARGETS, targets));
        }
    }
}
