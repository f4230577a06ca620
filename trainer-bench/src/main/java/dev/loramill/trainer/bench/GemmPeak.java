package dev.loramill.trainer.bench;

import dev.loramill.trainer.tensor.Gemm;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixArena;
import dev.loramill.trainer.tensor.Precision;
import dev.loramill.trainer.tensor.Team;

/** The fastest that this machine multiplies large matrices, as the measure of everything else. */
final class GemmPeak {
    private static final int SIZE = 1024;
    private static final int ROUNDS = 12;

    private GemmPeak() {}

    /** Operations a second of all threads together; the best of some rounds. */
    static double measure(Precision precision, int threads) {
        double best = 0;
        try (Team team = new Team(threads);
                MatrixArena arena = new MatrixArena(threads)) {
            Matrix[][] operands = new Matrix[threads][3];
            for (Matrix[] own : operands) {
                for (int i = 0; i < own.length; i++) {
                    own[i] = arena.zeros("operands", "operand " + i, SIZE, SIZE, precision);
                }
            }
            for (int round = 0; round < ROUNDS; round++) {
                long started = System.nanoTime();
                team.run(member -> {
                    Matrix[] own = operands[member.index()];
                    Gemm gemm = new Gemm(member.index());
                    for (int i = 0; i < 8; i++) {
                        gemm.backward(own[0], own[1], own[2], 0, SIZE);
                    }
                });
                double seconds = (System.nanoTime() - started) / 1e9;
                best = Math.max(best, 8.0 * threads * 2 * SIZE * SIZE * SIZE / seconds);
            }
        }
        return best;
    }
}
