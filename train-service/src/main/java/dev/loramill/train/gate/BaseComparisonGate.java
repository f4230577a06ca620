package dev.loramill.train.gate;

import dev.loramill.events.AdapterEvaluation;
import dev.loramill.events.ProbeAnswer;
import dev.loramill.events.ProbeAnswer.Generation;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Compares the adapter with its base: lower loss on the same held-out rows, answers that end at
 * least as often and loop no more often over the same questions, and logits that differ.
 */
@Singleton
public final class BaseComparisonGate implements Gate {
    /** Below this a difference of logits may be the rounding of another order of sums. */
    private static final double LEAST_LOGIT_DIFFERENCE = 1e-4;

    @Override
    public Verdict judge(Measurement measurement) {
        List<Finding> findings =
                List.of(
                        evalRows(measurement),
                        loss(measurement.evaluation()),
                        probes(measurement),
                        endOfTurn(measurement.evaluation().answers()),
                        loops(measurement.evaluation().answers()),
                        logits(measurement.evaluation()));
        List<String> faults =
                findings.stream().filter(finding -> !finding.isGood()).map(Finding::text).toList();
        return faults.isEmpty()
                ? new Verdict.Passed(findings.stream().map(Finding::text).toList())
                : new Verdict.Held(faults);
    }

    private record Finding(boolean isGood, String text) {}

    private static Finding evalRows(Measurement measurement) {
        String wanted = measurement.evalRows().sha256();
        String measured = measurement.evaluation().evalRows().sha256();
        return wanted.equals(measured)
                ? new Finding(true, "losses were measured on the held-out rows " + measured)
                : new Finding(
                        false,
                        "losses were measured on rows %s, the held-out rows are %s"
                                .formatted(measured, wanted));
    }

    private static Finding loss(AdapterEvaluation evaluation) {
        double base = evaluation.baseEvalLoss();
        double adapter = evaluation.adapterEvalLoss();
        return adapter < base
                ? finding(true, "eval loss fell from %.4f (base) to %.4f (adapter)", base, adapter)
                : finding(
                        false,
                        "eval loss did not fall: %.4f (base), %.4f (adapter); it must be below the"
                                + " base's",
                        base,
                        adapter);
    }

    private static Finding probes(Measurement measurement) {
        int asked = measurement.evaluation().answers().size();
        int wanted = measurement.probeCount();
        return finding(
                asked == wanted && asked > 0,
                "%d of %d probe questions were asked of base and adapter, decoded by %s",
                asked,
                wanted,
                measurement.evaluation().decoding());
    }

    private static Finding endOfTurn(List<ProbeAnswer> answers) {
        int base = count(answers, ProbeAnswer::base, Generation::isEndOfTurnReached);
        int adapter = count(answers, ProbeAnswer::adapter, Generation::isEndOfTurnReached);
        return finding(
                adapter >= base,
                adapter >= base
                        ? "answers that end by themselves: %d of %d (base), %d of %d (adapter)"
                        : "fewer answers end by themselves: %d of %d (base), %d of %d (adapter); the"
                                + " adapter's must be at least as many",
                base,
                answers.size(),
                adapter,
                answers.size());
    }

    private static Finding loops(List<ProbeAnswer> answers) {
        int base = count(answers, ProbeAnswer::base, Generation::isLooping);
        int adapter = count(answers, ProbeAnswer::adapter, Generation::isLooping);
        return finding(
                adapter <= base,
                adapter <= base
                        ? "answers that repeat themselves: %d of %d (base), %d of %d (adapter)"
                        : "more answers repeat themselves: %d of %d (base), %d of %d (adapter); the"
                                + " adapter's must be no more",
                base,
                answers.size(),
                adapter,
                answers.size());
    }

    private static Finding logits(AdapterEvaluation evaluation) {
        double difference = evaluation.maxLogitDifference();
        return difference >= LEAST_LOGIT_DIFFERENCE
                ? finding(
                        true,
                        "logits of a probe prompt differ from the base's by up to %.4g",
                        difference)
                : finding(
                        false,
                        "logits of a probe prompt differ from the base's by %.4g at most, it must be"
                                + " %.4g or more: the adapter changes nothing",
                        difference,
                        LEAST_LOGIT_DIFFERENCE);
    }

    private static int count(
            List<ProbeAnswer> answers,
            Function<ProbeAnswer, Generation> of,
            Predicate<Generation> claim) {
        return Math.toIntExact(answers.stream().map(of).filter(claim).count());
    }

    private static Finding finding(boolean isGood, String text, Object... figures) {
        return new Finding(isGood, String.format(Locale.ROOT, text, figures));
    }
}
