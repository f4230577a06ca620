package dev.loramill.trainer.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * The trainer beside PEFT, and the bar for it.
 *
 * @param speedup tokens a second by PEFT's
 * @param memoryShare peak memory by PEFT's
 * @param lossCurveDifference largest relative difference of the smoothed loss curves
 * @param evalLossDifference relative difference of the adapters' evaluation losses, both measured
 *     by PEFT in single precision
 */
record PeftComparison(
        double speedup, double memoryShare, double lossCurveDifference, double evalLossDifference) {
    private static final double LEAST_SPEEDUP = 3;
    private static final double MOST_MEMORY_SHARE = 0.25;
    private static final double MOST_CURVE_DIFFERENCE = 0.02;
    private static final double MOST_EVAL_DIFFERENCE = 0.01;
    private static final int CURVE_WINDOW = 5;

    static PeftComparison of(RunFigures ours, PeftFigures other) {
        RunFigures peft = other.run();
        return new PeftComparison(
                ours.tokensPerSecond() / peft.tokensPerSecond(),
                (double) ours.peakMemoryBytes() / peft.peakMemoryBytes(),
                RunFigures.curveDifference(ours.losses(), peft.losses(), CURVE_WINDOW),
                Math.abs(other.oursEvalLoss() - other.adapterEvalLoss()) / other.adapterEvalLoss());
    }

    boolean isMet() {
        return speedup >= LEAST_SPEEDUP
                && memoryShare <= MOST_MEMORY_SHARE
                && lossCurveDifference <= MOST_CURVE_DIFFERENCE
                && evalLossDifference <= MOST_EVAL_DIFFERENCE;
    }

    void print(PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%.2f times PEFT's speed (at least %.0f), %.3f of its memory (at most %.2f), loss"
                        + " curve off by %.2f%% (at most %.0f), evaluation by %.2f%% (at most"
                        + " %.0f)%n",
                speedup,
                LEAST_SPEEDUP,
                memoryShare,
                MOST_MEMORY_SHARE,
                100 * lossCurveDifference,
                100 * MOST_CURVE_DIFFERENCE,
                100 * evalLossDifference,
                100 * MOST_EVAL_DIFFERENCE);
    }

    void write(ObjectNode figures) {
        figures.put("speedup", speedup);
        figures.put("memoryShare", memoryShare);
        figures.put("lossCurveDifference", lossCurveDifference);
        figures.put("evalLossDifference", evalLossDifference);
    }
}
