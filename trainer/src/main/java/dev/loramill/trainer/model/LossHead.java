package dev.loramill.trainer.model;

import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.profile.StepPart;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.Team.Member;

/**
 * Final norm, output head and loss, at the rows that have a label, some rows at a time.
 *
 * <p>The head is frozen, so the gradient of the logits needs no more than one product to reach the
 * residual stream.
 */
final class LossHead {
    private final Matrix head;
    private final float[] norm;

    LossHead(Matrix head, float[] norm) {
        this.head = head;
        this.norm = norm;
    }

    /**
     * Adds this member's share to its sums; with a gradient, writes the gradient of {@code stream}
     * to the labelled rows of {@code gradient}.
     */
    void run(
            Workspace own,
            Member member,
            PackedBatch batch,
            Matrix stream,
            Matrix gradient,
            boolean withGradient,
            float gradientScale) {
        int[] rows = batch.labelRows();
        int from = member.from(rows.length);
        int to = member.to(rows.length);
        int chunk = own.logits.rows();
        for (int first = from; first < to; first += chunk) {
            int count = Math.min(chunk, to - first);
            own.norm.normalizeRows(stream, rows, first, count, norm, own.normed);
            own.clock.lap(StepPart.ELEMENT_WISE);
            own.gemm.forward(own.logits, own.normed, head, 0, RowShare.rounded(count));
            own.clock.lap(StepPart.HEAD_PRODUCTS);
            own.loss.crossEntropy(
                    own.logits, batch.labelTargets(), first, count, withGradient, gradientScale);
            own.clock.lap(StepPart.LOSS);
            if (withGradient) {
                own.gemm.backward(own.dNormed, own.logits, head, 0, RowShare.rounded(count));
                own.clock.lap(StepPart.HEAD_PRODUCTS);
                own.norm.normalizeRowsBackward(
                        own.dNormed, stream, rows, first, count, norm, gradient);
                own.clock.lap(StepPart.ELEMENT_WISE);
            }
        }
    }

    /** Leaves the logits of one row in the first row of the member's logits. */
    void logits(Workspace own, Matrix stream, int row) {
        own.norm.normalizeRows(stream, new int[] {row}, 0, 1, norm, own.normed);
        own.gemm.forward(own.logits, own.normed, head, 0, 1);
    }
}
