package dev.loramill.llama.binding;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** The generated tokens of one answer, and what they cost when they come again. */
final class Penalties {
    private final SamplerOptions options;
    private final BitSet exempt;
    private final Map<Integer, Integer> counts = new HashMap<>();
    private final ArrayDeque<Integer> window = new ArrayDeque<>();

    Penalties(SamplerOptions options, BitSet exempt) {
        this.options = options;
        this.exempt = exempt;
    }

    /** Counts a generated token. */
    void accept(int token) {
        if (!options.hasPenalties()) {
            return;
        }
        if (!exempt.get(token)) {
            counts.merge(token, 1, Integer::sum);
        }
        if (options.penaltyWindow() > 0) {
            window.addLast(token);
            if (window.size() > options.penaltyWindow()) {
                counts.computeIfPresent(
                        window.removeFirst(), (_, count) -> count == 1 ? null : count - 1);
            }
        }
    }

    /** Changes the logits in place. */
    void apply(float[] logits) {
        for (Map.Entry<Integer, Integer> entry : counts.entrySet()) {
            int token = entry.getKey();
            float logit = logits[token];
            logit =
                    logit <= 0
                            ? logit * options.repetitionPenalty()
                            : logit / options.repetitionPenalty();
            logits[token] =
                    logit
                            - entry.getValue() * options.frequencyPenalty()
                            - options.presencePenalty();
        }
    }

    void reset() {
        counts.clear();
        window.clear();
    }
}
