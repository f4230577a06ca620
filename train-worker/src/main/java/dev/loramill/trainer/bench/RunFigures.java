package dev.loramill.trainer.bench;

import java.util.List;

/**
 * What one side of the comparison measured.
 *
 * @param losses of each step
 * @param tokensPerSecond real tokens of the steps after the warm-up, by their time
 * @param evalLoss after the last step
 * @param peakMemoryBytes most resident memory
 */
record RunFigures(
        List<Double> losses, double tokensPerSecond, double evalLoss, long peakMemoryBytes) {

    /** Keeps the losses as they are. */
    RunFigures {
        losses = List.copyOf(losses);
    }

    /** The largest relative difference of two loss curves, each smoothed over some steps. */
    static double curveDifference(List<Double> ours, List<Double> others, int window) {
        double worst = 0;
        for (int end = Math.min(window, ours.size()); end <= ours.size(); end++) {
            double mine = mean(ours, end, window);
            double theirs = mean(others, end, window);
            worst = Math.max(worst, Math.abs(mine - theirs) / theirs);
        }
        return worst;
    }

    private static double mean(List<Double> values, int end, int window) {
        return values.subList(Math.max(0, end - window), end).stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
    }
}
