package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
 * @param systemPrompt system prompt that every question was asked under; null for none
 */
public record AdapterEvaluation(
        double baseEvalLoss,
        double adapterEvalLoss,
        ArtifactReference evalRows,
        double maxLogitDifference,
        List<ProbeAnswer> answers,
        String decoding,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String systemPrompt) {
    public AdapterEvaluation {
        Check.measured("baseEvalLoss", baseEvalLoss);
        Check.measured("adapterEvalLoss", adapterEvalLoss);
        Check.measured("maxLogitDifference", maxLogitDifference);
        answers = Check.list("answers", answers, EventLimits.PROBES);
        Check.name("decoding", decoding);
        if (systemPrompt != null) {
            Check.text("systemPrompt", systemPrompt, EventLimits.SYSTEM_PROMPT);
        }
    }
}
