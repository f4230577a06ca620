package dev.loramill.events.trainer;

import dev.loramill.events.ProbeAnswer;
import java.util.List;

/**
 * What the evaluation's child process writes.
 *
 * @param maxLogitDifference greatest absolute difference of a probe prompt's logits with and
 *     without the adapter
 * @param answers the probe questions with both answers
 * @param decoding how the answers were decoded
 */
public record EvaluationReport(
        double maxLogitDifference, List<ProbeAnswer> answers, String decoding) {}
