package dev.loramill.trainer.autograd;

import dev.loramill.trainer.kernel.DropoutMask;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Dropout of the adapters' inputs by {@link DropoutMask}, so that the elements are those that the
 * fused kernels drop; libtorch's own generator knows only a batch as a whole.
 */
final class InputDropout {
    private static final int UPPER_BITS = 24;

    private final TorchDevice device;
    private final double probability;

    InputDropout(TorchDevice device, double probability) {
        this.device = device;
        this.probability = probability;
    }

    boolean isActive() {
        return DropoutMask.threshold(probability) > 0;
    }

    /** The input [T, in], some elements dropped and the rest scaled up. */
    Tensor of(Tensor x, DropoutMask mask) {
        Tensor dropped = Scoped.of(false, () -> dropped(mask, x.size(1)));
        return x.masked_fill(dropped, new Scalar(0.0)).mul(new Scalar(1 / (1 - probability)));
    }

    /** True where an element is dropped, [T, columns]. */
    private Tensor dropped(DropoutMask mask, long columns) {
        int[] keys = new int[mask.rows()];
        for (int row = 0; row < keys.length; row++) {
            keys[row] = mask.rowKey(row);
        }
        int[] strides = new int[Math.toIntExact(columns)];
        for (int column = 0; column < columns; column++) {
            strides[column] = column * DropoutMask.STRIDE;
        }
        Tensor hash = device.integers(keys).unsqueeze(1).bitwise_xor(device.integers(strides));
        fold(hash, 16);
        hash.mul_(new Scalar(DropoutMask.FIRST_FACTOR));
        fold(hash, 13);
        hash.mul_(new Scalar(DropoutMask.SECOND_FACTOR));
        fold(hash, 16);
        return upper(hash, Integer.SIZE - UPPER_BITS)
                .lt(new Scalar(DropoutMask.threshold(probability)));
    }

    private static void fold(Tensor hash, int shift) {
        Tensor _ = Scoped.of(() -> hash.bitwise_xor_(upper(hash, shift)));
    }

    /** The hash shifted right by some bits, zeros coming in. */
    private static Tensor upper(Tensor hash, int shift) {
        return torch.bitwise_right_shift(hash, new Scalar(shift))
                .bitwise_and_(new Scalar(-1 >>> shift));
    }
}
