package dev.loramill.trainer.tensor;

import org.bytedeco.pytorch.global.torch;

/**
 * Loads libtorch once, by one thread: its classes deadlock when two threads load them at a time.
 */
public final class Libtorch {
    private static boolean isLoaded;

    private Libtorch() {}

    /**
     * Returns when libtorch is loaded.
     *
     * @throws IllegalStateException if its libraries cannot be loaded, with what is missing
     */
    public static synchronized void load() {
        if (isLoaded) {
            return;
        }
        try {
            torch.set_num_threads(1);
        } catch (LinkageError e) {
            throw new IllegalStateException(
                    "libtorch cannot be loaded: "
                            + e.getMessage()
                            + "; a build with -Pcuda needs CUDA 13 with CUPTI, cuBLAS, cuDNN 9,"
                            + " cuFFT, cuFile, cuRAND, cuSPARSE, NVRTC and NCCL on"
                            + " LD_LIBRARY_PATH, others need none of them",
                    e);
        }
        isLoaded = true;
    }
}
