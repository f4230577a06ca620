package dev.loramill.trainer.loop;

import dev.loramill.trainer.kernel.OptimizerKernels;
import dev.loramill.trainer.lora.LoraParameters;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixAllocator;
import dev.loramill.trainer.tensor.Precision;
import dev.loramill.trainer.tensor.Team;

/** Adam with decoupled weight decay over the flat vector of parameters. */
public final class AdamW {
    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.999f;
    private static final float EPSILON = 1e-8f;

    private final LoraParameters parameters;
    private final double weightDecay;
    private final Team team;
    private final Matrix first;
    private final Matrix second;
    private long steps;

    /** Allocates both moments, all zero. */
    public AdamW(
            LoraParameters parameters, double weightDecay, Team team, MatrixAllocator allocator) {
        this.parameters = parameters;
        this.weightDecay = weightDecay;
        this.team = team;
        int length = parameters.values().columns();
        this.first = allocator.zeros("optimizer", "first moment", 1, length, Precision.FLOAT32);
        this.second = allocator.zeros("optimizer", "second moment", 1, length, Precision.FLOAT32);
    }

    /** The Euclidean norm of all gradients; NaN or infinite if one of them is. */
    public double gradientNorm() {
        double[] sums = new double[team.size()];
        int length = parameters.gradients().columns();
        team.run(member ->
                sums[member.index()] =
                        OptimizerKernels.sumOfSquares(
                                parameters.gradients(), member.from(length), member.to(length)));
        double total = 0;
        for (double sum : sums) {
            total += sum;
        }
        return Math.sqrt(total);
    }

    /**
     * Takes one step.
     *
     * @param gradientScale factor of the gradients, for clipping
     */
    public void step(double learningRate, double gradientScale) {
        steps++;
        double correction1 = 1 - Math.pow(BETA1, (double) steps);
        double correction2 = 1 - Math.pow(BETA2, (double) steps);
        int length = parameters.values().columns();
        team.run(member ->
                OptimizerKernels.adamW(
                        parameters.values(),
                        parameters.gradients(),
                        first,
                        second,
                        member.from(length),
                        member.to(length),
                        (float) gradientScale,
                        BETA1,
                        BETA2,
                        (float) (learningRate / correction1),
                        (float) Math.sqrt(correction2),
                        EPSILON,
                        (float) (1 - learningRate * weightDecay)));
    }

    /** Running means of the gradients. */
    public Matrix firstMoment() {
        return first;
    }

    /** Running means of their squares. */
    public Matrix secondMoment() {
        return second;
    }

    /** Steps taken. */
    public long steps() {
        return steps;
    }

    /** Goes on after so many steps, whose moments have been put back. */
    public void resume(long takenSteps) {
        steps = takenSteps;
    }
}
