package dev.loramill.trainer.parallel;

import dev.loramill.trainer.tensor.Matrix;

/** A run of one process: every sum is what it was. */
final class SingleRank implements Ranks {
    @Override
    public Share share() {
        return Share.WHOLE;
    }

    @Override
    public void sum(Matrix vector) {}

    @Override
    public double[] sum(double... values) {
        return values;
    }

    @Override
    public void close() {}
}
