package dev.loramill.trainer.autograd;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;

/**
 * A block that ran under automatic differentiation.
 *
 * @param input its input, a leaf
 * @param parameters its adapter, a leaf
 * @param output what came of both
 */
record Recorded(Tensor input, Tensor parameters, Tensor output) implements AutoCloseable {

    /** Keeps the tensors, and with the output the record, beyond the scope they were made in. */
    Recorded {
        input.retainReference();
        parameters.retainReference();
        output.retainReference();
    }

    /** The same record once more, closed on its own. */
    Recorded again() {
        return new Recorded(input, parameters, output);
    }

    /** Runs backward once; the leaves have their gradients then. */
    void backward(Tensor gradient) {
        output.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
    }

    /** The gradient of a leaf; its own handle, as libtorch's is only lent. */
    static Tensor gradientOf(Tensor leaf) {
        return new Tensor(leaf.grad());
    }

    @Override
    public void close() {
        input.releaseReference();
        parameters.releaseReference();
        output.releaseReference();
    }
}
