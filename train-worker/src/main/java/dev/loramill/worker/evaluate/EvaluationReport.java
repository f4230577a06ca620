package dev.loramill.worker.evaluate;

import dev.loramill.events.ProbeAnswer;
import java.util.List;

/**
 * What the evaluation's child process prints.
 *
 * @param maxLogitDifference greatest absolute difference of a probe prompt's logits with and
 *     without the adapter
 * @param answers the probe questions with both answers
 * @param decoding how the answers were decoded
 */
public record EvaluationReport(
        double maxLogitDifference, List<ProbeAnswer> answers, String decoding) {}
