package dev.loramill.train.stack;

import dev.loramill.events.AdapterEvaluation;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptFailed;
import dev.loramill.events.AttemptFinished;
import dev.loramill.events.AttemptStarted;
import dev.loramill.events.ProbeAnswer;
import dev.loramill.events.ProbeAnswer.Generation;
import dev.loramill.events.TrainingCheckpointed;
import dev.loramill.events.TrainingEvaluated;
import dev.loramill.events.TrainingProgressed;
import java.util.List;

/** What a worker would report of an attempt. */
public final class Reports {
    private static final int TOTAL_STEPS = 10;

    private final TrainStack stack;
    private final AttemptAssigned assigned;

    /** Reports of an assignment. */
    public Reports(TrainStack stack, AttemptAssigned assigned) {
        this.stack = stack;
        this.assigned = assigned;
    }

    /** The trainer runs. */
    public AttemptStarted started(int fromStep) {
        return new AttemptStarted(assigned.attempt(), "cpu", TOTAL_STEPS, fromStep);
    }

    /** A step was made. */
    public TrainingProgressed progressed(int step) {
        return new TrainingProgressed(
                assigned.attempt(),
                step,
                TOTAL_STEPS,
                3.0 - 0.1 * step,
                2e-4,
                100,
                1_000L * step,
                1L << 30,
                Math.max(0, TOTAL_STEPS - step));
    }

    /** The held-out rows were measured. */
    public TrainingEvaluated evaluated(int step, double loss) {
        return new TrainingEvaluated(assigned.attempt(), step, loss, 0.5);
    }

    /** A checkpoint is there. */
    public TrainingCheckpointed checkpointed(int step) {
        return new TrainingCheckpointed(
                assigned.attempt(),
                step,
                stack.store("checkpoint %d of %s".formatted(step, assigned.attempt())));
    }

    /** The adapter is there and better than the base. */
    public AttemptFinished finished(String adapter) {
        return finished(adapter, 2.0);
    }

    /** The adapter is there; the base's loss is 2.5. */
    public AttemptFinished finished(String adapter, double loss) {
        return finished(stack.store(adapter), loss);
    }

    /** The adapter is said to be there; the base's loss is 2.5. */
    public AttemptFinished finished(ArtifactReference adapter, double loss) {
        Generation answer = new Generation("Because.", 3, true, false);
        List<ProbeAnswer> answers =
                assigned.spec().probes().stream()
                        .map(probe -> new ProbeAnswer(probe, answer, answer))
                        .toList();
        return new AttemptFinished(
                assigned.attempt(),
                adapter,
                stack.store("peft of " + adapter.sha256()),
                new AdapterEvaluation(
                        2.5,
                        loss,
                        assigned.spec().evalRows(),
                        0.7,
                        answers,
                        "greedy,max_tokens=256",
                        assigned.spec().systemPrompt()),
                assigned.spec().contract(),
                TOTAL_STEPS,
                10_000,
                12.5,
                1L << 30);
    }

    /** The attempt ended badly. */
    public AttemptFailed failed(AttemptFailed.FaultCategory category, String message) {
        return new AttemptFailed(assigned.attempt(), category, message);
    }
}
