package dev.loramill.trainer.model;

import dev.loramill.trainer.kernel.ActivationKernels;
import dev.loramill.trainer.kernel.AttentionKernels;
import dev.loramill.trainer.kernel.DocumentSpan;
import dev.loramill.trainer.kernel.DropoutKernels;
import dev.loramill.trainer.kernel.LoraKernels;
import dev.loramill.trainer.kernel.LossKernels;
import dev.loramill.trainer.kernel.NormKernels;
import dev.loramill.trainer.kernel.RotaryKernels;
import dev.loramill.trainer.profile.PartClock;
import dev.loramill.trainer.tensor.Gemm;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixAllocator;
import dev.loramill.trainer.tensor.Precision;

/** What one member of the team has to itself: kernels, scores, partial gradients, logits. */
final class Workspace {
    private static final String PURPOSE = "working memory";

    final PartClock clock = new PartClock();
    final Gemm gemm;
    final NormKernels norm;
    final ActivationKernels activation;
    final RotaryKernels rotary;
    final AttentionKernels attention;
    final LoraKernels lora;
    final DropoutKernels dropout;
    final LossKernels loss;
    final Matrix scores;
    final Matrix dScores;
    final Matrix logits;
    final Matrix normed;
    final Matrix dNormed;
    final PerGroup<Matrix> dFirst;
    final PerGroup<Matrix> dSecond;

    Workspace(int member, ModelPlan plan, MatrixAllocator allocator) {
        Precision precision = plan.precision();
        int width = plan.shape().embeddingLength();
        gemm = new Gemm(member);
        norm = new NormKernels(width, plan.shape().rmsEpsilon());
        activation = new ActivationKernels(plan.shape().feedForwardLength());
        rotary = new RotaryKernels(plan.heads(), plan.rotaryTable());
        attention =
                new AttentionKernels(
                        DocumentSpan.padded(plan.longestDocument()), plan.attentionScale());
        int widest = 1;
        for (LinearGroup group : plan.groups().all()) {
            widest = Math.max(widest, group.rankColumns());
        }
        lora = new LoraKernels(widest);
        int widestInput = Math.max(plan.shape().feedForwardLength(), plan.heads().queryWidth());
        dropout = new DropoutKernels(plan.lora().dropout(), Math.max(widestInput, width));
        loss = new LossKernels(plan.shape().vocabularySize());
        int scoreCount = plan.scoreCount();
        scores = allocator.zeros(PURPOSE, "scores", 1, scoreCount, precision);
        dScores = allocator.zeros(PURPOSE, "d scores", 1, scoreCount, precision);
        int chunk = plan.logitRows();
        logits =
                allocator.zeros(PURPOSE, "logits", chunk, plan.shape().vocabularySize(), precision);
        normed = allocator.zeros(PURPOSE, "normed", chunk, width, precision);
        dNormed = allocator.zeros(PURPOSE, "d normed", chunk, width, precision);
        dFirst =
                plan.groups()
                        .map(group ->
                                allocator.zeros(
                                        PURPOSE,
                                        "d A " + group.role(),
                                        group.innerWidth(),
                                        group.width(),
                                        precision));
        dSecond =
                plan.groups()
                        .map(group ->
                                allocator.zeros(
                                        PURPOSE,
                                        "d B " + group.role(),
                                        group.outputLength(),
                                        group.innerWidth(),
                                        precision));
    }
}
