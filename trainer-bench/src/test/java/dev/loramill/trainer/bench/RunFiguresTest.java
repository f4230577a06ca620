package dev.loramill.trainer.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunFiguresTest {
    @Test
    void speedIsTheMedianOfTheStepsAfterTheWarmUp() {
        RunFigures run =
                RunFigures.of(
                        List.of(step(1, 10), step(5, 1), step(6, 1), step(4, 2)), 1, 0.5, 100);
        assertThat(run.losses()).containsExactly(1.0, 5.0, 6.0, 4.0);
        assertThat(run.timed()).hasSize(3);
        assertThat(run.tokensPerSecond()).isEqualTo(100);
    }

    @Test
    void twoRunsCountAsOneWithTheLargerMemory() {
        RunFigures first = RunFigures.of(List.of(step(1, 1)), 0, 0.5, 100);
        RunFigures both = first.plus(RunFigures.of(List.of(step(1, 4)), 0, 0.5, 120));
        assertThat(both.timed()).hasSize(2);
        assertThat(both.tokensPerSecond()).isEqualTo((100 + 25) / 2.0);
        assertThat(both.peakMemoryBytes()).isEqualTo(120);
    }

    @Test
    void curvesDifferByTheirSmoothedLosses() {
        List<Double> ours = List.of(1.0, 3.0, 1.0, 3.0);
        List<Double> others = List.of(2.0, 2.0, 2.0, 2.0);
        assertThat(RunFigures.curveDifference(ours, others, 1)).isEqualTo(0.5);
        assertThat(RunFigures.curveDifference(ours, others, 2)).isZero();
    }

    @Test
    void oneMissedBoundMissesTheBar() {
        assertThat(new PeftComparison(3.0, 0.25, 0.02, 0.01).isMet()).isTrue();
        assertThat(new PeftComparison(2.9, 0.25, 0.02, 0.01).isMet()).isFalse();
        assertThat(new PeftComparison(3.0, 0.26, 0.02, 0.01).isMet()).isFalse();
        assertThat(new PeftComparison(3.0, 0.25, 0.021, 0.01).isMet()).isFalse();
        assertThat(new PeftComparison(3.0, 0.25, 0.02, 0.011).isMet()).isFalse();
    }

    @Test
    void adaptersAreComparedByTheirLossesInSinglePrecision() {
        RunFigures ours = RunFigures.of(List.of(step(2, 1)), 0, 2.0, 100);
        RunFigures peft = RunFigures.of(List.of(step(2, 4)), 0, 2.2, 800);
        PeftComparison verdict = PeftComparison.of(ours, new PeftFigures(peft, 2.0, 2.01, 1.5));
        assertThat(verdict.evalLossDifference()).isCloseTo(0.005, within(1e-9));
        assertThat(verdict.speedup()).isEqualTo(4);
        assertThat(verdict.memoryShare()).isEqualTo(0.125);
    }

    private static StepFigures step(double loss, double seconds) {
        return new StepFigures(loss, 100, seconds, Map.of());
    }
}
