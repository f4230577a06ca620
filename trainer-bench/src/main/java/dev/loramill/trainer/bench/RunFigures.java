package dev.loramill.trainer.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What one side of the comparison measured.
 *
 * @param losses of each step
 * @param timed the steps after the warm-up
 * @param evalLoss after the last step
 * @param peakMemoryBytes most resident memory
 */
record RunFigures(
        List<Double> losses, List<StepFigures> timed, double evalLoss, long peakMemoryBytes) {

    /** Keeps the lists as they are. */
    RunFigures {
        losses = List.copyOf(losses);
        timed = List.copyOf(timed);
    }

    static RunFigures of(
            List<StepFigures> steps, int warmupSteps, double evalLoss, long peakMemoryBytes) {
        return new RunFigures(
                steps.stream().map(StepFigures::loss).toList(),
                steps.subList(Math.min(warmupSteps, steps.size() - 1), steps.size()),
                evalLoss,
                peakMemoryBytes);
    }

    /** Both runs as one: all timed steps, the larger memory, the losses of the first. */
    RunFigures plus(RunFigures again) {
        List<StepFigures> both = new ArrayList<>(timed);
        both.addAll(again.timed);
        return new RunFigures(
                losses, both, evalLoss, Math.max(peakMemoryBytes, again.peakMemoryBytes));
    }

    /** The median of the timed steps, since a neighbour's burst slows some of them. */
    double tokensPerSecond() {
        return median(StepFigures::tokensPerSecond);
    }

    /** The median over the timed steps of each part's milliseconds a token. */
    Map<String, Double> partMillisPerToken() {
        Map<String, Double> parts = new LinkedHashMap<>();
        for (String part : timed.getFirst().partSeconds().keySet()) {
            parts.put(
                    part,
                    median(step ->
                            1e3 * step.partSeconds().getOrDefault(part, 0.0) / step.tokens()));
        }
        return parts;
    }

    private double median(ToDoubleFunction<StepFigures> figure) {
        double[] sorted = timed.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
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
