package dev.loramill.trainer.autograd;

import org.bytedeco.pytorch.Tensor;

/** A tensor that outlives the scopes it is made in, until another takes its place. */
final class RetainedTensor implements AutoCloseable {
    private Tensor tensor;

    RetainedTensor(Tensor first) {
        first.retainReference();
        tensor = first;
    }

    Tensor get() {
        return tensor;
    }

    void replace(Tensor next) {
        next.retainReference();
        tensor.releaseReference();
        tensor = next;
    }

    @Override
    public void close() {
        tensor.releaseReference();
    }
}
