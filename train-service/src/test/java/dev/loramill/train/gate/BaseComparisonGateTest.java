package dev.loramill.train.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.AdapterEvaluation;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.ProbeAnswer;
import dev.loramill.events.ProbeAnswer.Generation;
import java.util.List;
import org.junit.jupiter.api.Test;

class BaseComparisonGateTest {
    private static final ArtifactReference ROWS = new ArtifactReference("a".repeat(64), 10);
    private static final ArtifactReference OTHER_ROWS = new ArtifactReference("b".repeat(64), 10);
    private static final Generation ENDS = new Generation("Yes.", 2, true, false);
    private static final Generation RUNS_ON = new Generation("Yes and", 256, false, false);
    private static final Generation LOOPS = new Generation("Yes yes", 256, false, true);

    private final Gate gate = new BaseComparisonGate();

    @Test
    void adapterThatIsBetterPassesWithAllThatWasMeasured() {
        Verdict verdict =
                judge(2.4385, 2.3155, ROWS, 0.5, answer(RUNS_ON, ENDS), answer(LOOPS, ENDS));

        assertThat(verdict).isInstanceOf(Verdict.Passed.class);
        assertThat(verdict.reasons())
                .contains(
                        "eval loss fell from 2.4385 (base) to 2.3155 (adapter)",
                        "answers that end by themselves: 0 of 2 (base), 2 of 2 (adapter)",
                        "answers that repeat themselves: 1 of 2 (base), 0 of 2 (adapter)",
                        "logits of a probe prompt differ from the base's by up to 0.5000");
    }

    @Test
    void adapterThatIsOnlyAsGoodInItsAnswersPasses() {
        assertThat(judge(2.0, 1.9, ROWS, 0.5, answer(ENDS, ENDS), answer(LOOPS, LOOPS)))
                .isInstanceOf(Verdict.Passed.class);
    }

    @Test
    void lossThatDoesNotFallHolds() {
        held(
                judge(2.0, 2.0, ROWS, 0.5, answer(ENDS, ENDS), answer(ENDS, ENDS)),
                "eval loss did not fall: 2.0000 (base), 2.0000 (adapter)");
    }

    @Test
    void lossOnOtherRowsHolds() {
        held(
                judge(2.0, 1.0, OTHER_ROWS, 0.5, answer(ENDS, ENDS), answer(ENDS, ENDS)),
                "losses were measured on rows " + "b".repeat(64));
    }

    @Test
    void fewerAnswersThatEndHold() {
        held(
                judge(2.0, 1.0, ROWS, 0.5, answer(ENDS, RUNS_ON), answer(ENDS, ENDS)),
                "fewer answers end by themselves: 2 of 2 (base), 1 of 2 (adapter)");
    }

    @Test
    void moreAnswersThatRepeatThemselvesHold() {
        held(
                judge(2.0, 1.0, ROWS, 0.5, answer(RUNS_ON, LOOPS), answer(RUNS_ON, RUNS_ON)),
                "more answers repeat themselves: 0 of 2 (base), 1 of 2 (adapter)");
    }

    @Test
    void logitsThatDoNotMoveHold() {
        held(
                judge(2.0, 1.0, ROWS, 0, answer(ENDS, ENDS), answer(ENDS, ENDS)),
                "the adapter changes nothing");
    }

    @Test
    void questionThatWasNotAskedHolds() {
        held(judge(2.0, 1.0, ROWS, 0.5, answer(ENDS, ENDS)), "1 of 2 probe questions were asked");
    }

    @Test
    void everyFaultIsAReason() {
        assertThat(judge(2.0, 2.5, OTHER_ROWS, 0, answer(ENDS, LOOPS)).reasons()).hasSize(6);
    }

    private static void held(Verdict verdict, String reason) {
        assertThat(verdict).isInstanceOf(Verdict.Held.class);
        assertThat(verdict.reasons()).singleElement().asString().startsWith(startOf(reason));
        assertThat(verdict.reasons().getFirst()).contains(reason);
    }

    private static String startOf(String reason) {
        return reason.startsWith("the adapter") ? "logits" : reason;
    }

    private Verdict judge(
            double base,
            double adapter,
            ArtifactReference rows,
            double logits,
            ProbeAnswer... answers) {
        return gate.judge(
                new Measurement(
                        new AdapterEvaluation(
                                base, adapter, rows, logits, List.of(answers), "greedy", null),
                        ROWS,
                        2));
    }

    private static ProbeAnswer answer(Generation base, Generation adapter) {
        return new ProbeAnswer("Why?", base, adapter);
    }
}
