package dev.loramill.trainer.device;

/** A device that a model can be computed on. */
public sealed interface Device {
    /** How jobs and libtorch call it: {@code cpu} or {@code cuda:N}. */
    String label();

    /** Whether it multiplies bfloat16 at least as fast as its other formats. */
    boolean hasBfloat16();

    /**
     * The processor; its memory is the host's.
     *
     * @param hasBfloat16 whether it has instructions for products of bfloat16
     */
    record Cpu(boolean hasBfloat16) implements Device {
        @Override
        public String label() {
            return "cpu";
        }
    }

    /**
     * An NVIDIA GPU.
     *
     * @param index its number, from 0
     * @param hasBfloat16 whether its compute capability is 8.0 or higher
     * @param freeBytes memory that was free when it was looked at
     * @param totalBytes all of its memory
     */
    record Cuda(int index, boolean hasBfloat16, long freeBytes, long totalBytes) implements Device {
        @Override
        public String label() {
            return "cuda:" + index;
        }
    }
}
