package dev.loramill.trainer.kernel;

import static dev.loramill.trainer.kernel.RowCodec.FLOATS;
import static dev.loramill.trainer.kernel.RowCodec.LANES;

import dev.loramill.trainer.tensor.Matrix;
import jdk.incubator.vector.FloatVector;

/**
 * The gated activation of the feed-forward part, for one member of the team.
 *
 * <p>Legend: {@code gateUp} is [T, 2·f], gate first; {@code out} has at least f columns.
 */
public final class ActivationKernels {
    private final int width;
    private final float[] gate;
    private final float[] up;
    private final float[] gradient;

    /** Makes the kernels for a feed-forward part of {@code width} units. */
    public ActivationKernels(int width) {
        this.width = width;
        int padded = RowCodec.padded(width);
        this.gate = new float[padded];
        this.up = new float[padded];
        this.gradient = new float[padded];
    }

    /** {@code out = silu(gate) · up}. */
    public void swiglu(Matrix gateUp, Matrix out, int from, int to) {
        for (int row = from; row < to; row++) {
            load(gateUp, row);
            for (int i = 0; i < gate.length; i += LANES) {
                FloatVector g = FloatVector.fromArray(FLOATS, gate, i);
                FloatVector u = FloatVector.fromArray(FLOATS, up, i);
                g.mul(sigmoid(g)).mul(u).intoArray(gradient, i);
            }
            RowCodec.store(out.precision(), gradient, 0, out.address(row, 0), width);
        }
    }

    /**
     * Turns {@code gateUp} in place into its gradient, given that of the output, and makes the
     * output again on the way.
     */
    public void swigluBackward(Matrix gateUp, Matrix dOut, Matrix out, int from, int to) {
        for (int row = from; row < to; row++) {
            load(gateUp, row);
            RowCodec.load(dOut.precision(), dOut.address(row, 0), gradient, 0, width);
            for (int i = 0; i < gate.length; i += LANES) {
                FloatVector g = FloatVector.fromArray(FLOATS, gate, i);
                FloatVector u = FloatVector.fromArray(FLOATS, up, i);
                FloatVector d = FloatVector.fromArray(FLOATS, gradient, i);
                FloatVector s = sigmoid(g);
                FloatVector silu = g.mul(s);
                d.mul(silu).intoArray(up, i);
                FloatVector slope = s.add(silu.mul(FloatVector.broadcast(FLOATS, 1f).sub(s)));
                d.mul(u).mul(slope).intoArray(gate, i);
                silu.mul(u).intoArray(gradient, i);
            }
            RowCodec.store(out.precision(), gradient, 0, out.address(row, 0), width);
            RowCodec.store(gateUp.precision(), gate, 0, gateUp.address(row, 0), width);
            RowCodec.store(gateUp.precision(), up, 0, gateUp.address(row, width), width);
        }
    }

    private void load(Matrix gateUp, int row) {
        RowCodec.load(gateUp.precision(), gateUp.address(row, 0), gate, 0, width);
        RowCodec.load(gateUp.precision(), gateUp.address(row, width), up, 0, width);
    }

    private static FloatVector sigmoid(FloatVector x) {
        FloatVector one = FloatVector.broadcast(FLOATS, 1f);
        return one.div(one.add(Exponential.of(x.neg())));
    }
}
