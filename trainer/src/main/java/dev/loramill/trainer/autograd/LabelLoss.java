package dev.loramill.trainer.autograd;

import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.model.BatchLoss;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Final norm, output head and cross entropy at the labelled rows only, some rows at a time.
 *
 * <p>The head is frozen, so the gradient of the logits is written down, {@code softmax − one-hot},
 * and reaches the stream by one product. Legend: E wide, V tokens in the vocabulary.
 */
final class LabelLoss {
    /** Rows whose logits exist at one time. */
    static final int ROWS_AT_ONCE = 256;

    private final TorchDevice device;
    private final Tensor norm;
    private final Tensor head;
    private final double epsilon;

    /**
     * Takes the tensors, which must outlive it.
     *
     * @param norm [E]
     * @param head [V, E]
     */
    LabelLoss(TorchDevice device, Tensor norm, Tensor head, double epsilon) {
        this.device = device;
        this.norm = norm;
        this.head = head;
        this.epsilon = epsilon;
    }

    /** The loss alone. */
    BatchLoss evaluate(PackedBatch batch, Tensor stream) {
        return run(batch, stream, null, 0);
    }

    /** The loss; writes the gradient of the labelled rows of the stream into {@code gradient}. */
    BatchLoss accumulate(PackedBatch batch, Tensor stream, Tensor gradient, double gradientScale) {
        return run(batch, stream, gradient, gradientScale);
    }

    /** Logits of some rows, for tests; [rows, V] in single precision. */
    Tensor logits(Tensor rows) {
        return torch.linear(normed(rows), head).to(ScalarType.Float);
    }

    private BatchLoss run(
            PackedBatch batch,
            Tensor stream,
            @org.jspecify.annotations.Nullable Tensor gradient,
            double gradientScale) {
        Tensor rows = device.indices(longs(batch.labelRows()));
        Tensor targets = device.indices(longs(batch.labelTargets())).unsqueeze(1);
        Tensor selected = stream.index_select(0, rows);
        Tensor loss = device.zeros(ScalarType.Double);
        Tensor correct = device.zeros(ScalarType.Long);
        for (int first = 0; first < batch.labelCount(); first += ROWS_AT_ONCE) {
            int count = Math.min(ROWS_AT_ONCE, batch.labelCount() - first);
            try (PointerScope scope = new PointerScope()) {
                Tensor part = selected.narrow(0, first, count);
                Tensor wanted = targets.narrow(0, first, count);
                Tensor x = part.detach().requires_grad_(gradient != null);
                Tensor normed;
                try (AutoGradMode recorded = new AutoGradMode(gradient != null)) {
                    normed = normed(x);
                }
                Tensor logits = torch.linear(normed.detach(), head).to(ScalarType.Float);
                Tensor total = torch.logsumexp(logits, new long[] {1}, true);
                loss.add_(
                        total.sub(logits.gather(1, wanted))
                                .sum(new ScalarTypeOptional(ScalarType.Double)));
                correct.add_(logits.argmax(new LongOptional(1), true).eq(wanted).sum());
                if (gradient != null) {
                    logits.sub_(total).exp_().mul_(new Scalar(gradientScale));
                    logits.scatter_add_(
                            1, wanted, torch.full_like(total, new Scalar(-gradientScale)));
                    normed.backward(
                            torch.matmul(logits.to(normed.dtype()), head),
                            new BoolOptional(),
                            false,
                            new TensorArrayRefOptional());
                    part.copy_(new Tensor(x.grad()));
                }
            }
        }
        if (gradient != null) {
            gradient.index_copy_(0, rows, selected);
        }
        return new BatchLoss(loss.item_double(), batch.labelCount(), correct.item_long());
    }

    private Tensor normed(Tensor x) {
        return torch.rms_norm(
                x,
                new long[] {norm.size(0)},
                new TensorOptional(norm),
                new DoubleOptional(epsilon));
    }

    private static long[] longs(int[] values) {
        LongStream all = Arrays.stream(values).asLongStream();
        return all.toArray();
    }
}
