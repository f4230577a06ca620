package dev.loramill.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.job.LearningRateSchedule;
import dev.loramill.trainer.job.LearningRateSchedule.Kind;
import dev.loramill.trainer.loop.AdamW;
import dev.loramill.trainer.lora.LoraConfig;
import dev.loramill.trainer.tensor.MatrixArena;
import dev.loramill.trainer.tensor.Team;
import org.assertj.core.data.Offset;

/** A model on a golden's base with the golden's adapter and optimizer. */
public final class GoldenRun<M extends AdaptedModel> implements AutoCloseable {
    public static final int STEPS = 20;

    private final Golden golden;
    private final Team team;
    private final MatrixArena arena;
    private final FrozenWeights base;
    private final AdamW optimizer;
    private final LearningRateSchedule schedule;
    private final M model;

    /** Makes the model that is looked at. */
    @FunctionalInterface
    public interface Maker<M> {
        M make(FrozenWeights base, LoraConfig lora, Team team, MatrixArena arena);
    }

    public GoldenRun(Golden golden, int threads, Maker<M> maker) {
        this.golden = golden;
        team = new Team(threads);
        arena = new MatrixArena(threads);
        base = golden.openBase();
        model = maker.make(base, golden.lora(), team, arena);
        optimizer = new AdamW(model.parameters(), golden.number("weight_decay"), team, arena);
        schedule =
                new LearningRateSchedule(
                        Kind.LINEAR,
                        golden.number("learning_rate"),
                        (int) golden.number("warmup"),
                        STEPS);
        model.parameters().set(0, golden.floats("adapter"));
        model.publish();
    }

    public M model() {
        return model;
    }

    /** Takes a step; gives loss and gradient norm. */
    public double[] step(int step) {
        return step(step, 1);
    }

    /** Takes a step with the loss scaled up on the way back. */
    public double[] step(int step, double lossScale) {
        PackedBatch batch = golden.batch(step % 3);
        model.parameters().clearGradients();
        BatchLoss loss = model.accumulate(batch, lossScale / batch.labelCount(), 0);
        double norm = optimizer.gradientNorm() / lossScale;
        optimizer.step(
                schedule.rate(step),
                Math.min(1.0, golden.number("clip") / (norm + 1e-6)) / lossScale);
        model.publish();
        return new double[] {loss.mean(), norm};
    }

    public float[] gradients() {
        return model.parameters().gradient(0, model.parameters().layout().length());
    }

    public float[] parameters() {
        return model.parameters().get(0, model.parameters().layout().length());
    }

    @Override
    public void close() {
        model.close();
        team.close();
        arena.close();
        base.close();
    }

    public static Offset<Double> relative(double value) {
        return within(Math.abs(value) * 1e-4);
    }

    /** Asserts that no element differs by more than a share of the largest one. */
    public static void assertClose(float[] actual, float[] expected, float tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        float largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        float worst = 0;
        int at = -1;
        for (int i = 0; i < expected.length; i++) {
            float difference = Math.abs(actual[i] - expected[i]);
            if (!(difference <= worst)) {
                worst = difference;
                at = i;
            }
        }
        assertThat(worst)
                .as("largest difference, at %d, where the largest value is %s", at, largest)
                .isLessThanOrEqualTo(largest * tolerance);
    }
}
