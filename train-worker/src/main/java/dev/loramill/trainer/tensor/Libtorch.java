package dev.loramill.trainer.tensor;

import org.bytedeco.pytorch.global.torch;

/**
 * Loads libtorch once, by one thread: its classes deadlock when two threads load them at a time.
 */
public final class Libtorch {
    static {
        torch.set_num_threads(1);
    }

    private Libtorch() {}

    /** Returns when libtorch is loaded. */
    @SuppressWarnings("EmptyMethod") // what it does is to initialize this class
    public static void load() {}
}
