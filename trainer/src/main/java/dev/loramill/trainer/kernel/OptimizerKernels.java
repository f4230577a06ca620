package dev.loramill.trainer.kernel;

import static dev.loramill.trainer.kernel.RowCodec.LANES;

import dev.loramill.trainer.tensor.Matrix;
import jdk.incubator.vector.FloatVector;

/** Work on the flat vectors of parameters, over a range of elements. */
public final class OptimizerKernels {
    private OptimizerKernels() {}

    /** Sum of the squares of some elements. */
    public static double sumOfSquares(Matrix vector, long from, long to) {
        double sum = 0;
        long element = from;
        for (; element + LANES <= to; element += LANES) {
            FloatVector x = RowCodec.floatsAt(vector.elementAddress(element));
            sum += Lanes.sum(x.mul(x));
        }
        for (; element < to; element++) {
            float x = RowCodec.loadFloat(vector.elementAddress(element));
            sum += x * x;
        }
        return sum;
    }

    /**
     * One step of Adam with decoupled weight decay, as in PyTorch's {@code AdamW}.
     *
     * @param gradientScale factor of the gradients, for clipping
     * @param stepSize learning rate divided by the bias correction of the first moment
     * @param rootCorrection root of the bias correction of the second moment
     * @param decay factor of the parameters before the step
     */
    public static void adamW(
            Matrix parameters,
            Matrix gradients,
            Matrix first,
            Matrix second,
            long from,
            long to,
            float gradientScale,
            float beta1,
            float beta2,
            float stepSize,
            float rootCorrection,
            float epsilon,
            float decay) {
        long element = from;
        for (; element + LANES <= to; element += LANES) {
            long m = first.elementAddress(element);
            long v = second.elementAddress(element);
            long p = parameters.elementAddress(element);
            FloatVector g = RowCodec.floatsAt(gradients.elementAddress(element)).mul(gradientScale);
            FloatVector mean = RowCodec.floatsAt(m).mul(beta1).add(g.mul(1 - beta1));
            FloatVector square = RowCodec.floatsAt(v).mul(beta2).add(g.mul(g).mul(1 - beta2));
            RowCodec.floatsTo(mean, m);
            RowCodec.floatsTo(square, v);
            FloatVector divisor = square.sqrt().div(rootCorrection).add(epsilon);
            RowCodec.floatsTo(
                    RowCodec.floatsAt(p).mul(decay).sub(mean.div(divisor).mul(stepSize)), p);
        }
        for (; element < to; element++) {
            long m = first.elementAddress(element);
            long v = second.elementAddress(element);
            long p = parameters.elementAddress(element);
            float g = RowCodec.loadFloat(gradients.elementAddress(element)) * gradientScale;
            float mean = RowCodec.loadFloat(m) * beta1 + g * (1 - beta1);
            float square = RowCodec.loadFloat(v) * beta2 + g * g * (1 - beta2);
            RowCodec.storeFloat(m, mean);
            RowCodec.storeFloat(v, square);
            float divisor = (float) Math.sqrt(square) / rootCorrection + epsilon;
            RowCodec.storeFloat(p, RowCodec.loadFloat(p) * decay - mean / divisor * stepSize);
        }
    }
}
