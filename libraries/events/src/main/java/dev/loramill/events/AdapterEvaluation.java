package dev.loramill.events;

import java.util.List;

/**
 * What was measured of base and adapter before the gate.
 *
 * @param baseEvalLoss loss of the base on the held-out rows
 * @param adapterEvalLoss loss with the adapter on the same rows
 * @param evalRows digest of those rows
 * @param maxLogitDifference greatest absolute difference of the logits of a probe prompt, with and
 *     without the adapter, in the serving engine
 * @param answers the probe questions with both answers
 * @param decoding how the answers were decoded, such as {@code greedy,max_tokens=256}
 */
public record AdapterEvaluation(
        double baseEvalLoss,
        double adapterEvalLoss,
        ArtifactReference evalRows,
        double maxLogitDifference,
        List<ProbeAnswer> answers,
        String decoding) {
    public AdapterEvaluation {
        Check.finite("baseEvalLoss", baseEvalLoss);
        Check.finite("adapterEvalLoss", adapterEvalLoss);
        Check.finite("maxLogitDifference", maxLogitDifference);
        answers = List.copyOf(answers);
    }
}
