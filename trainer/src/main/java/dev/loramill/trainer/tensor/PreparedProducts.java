package dev.loramill.trainer.tensor;

import org.jspecify.annotations.Nullable;

/**
 * What libtorch's oneDNN keeps of matrix products in half precision, for each shape of a product:
 * every thread a description, all threads together the compiled code.
 *
 * <p>Both are caches that drop what was not used for longest. Their sizes are set by the
 * environment that a trainer is started with; without it they hold 1,024 shapes each, which in a
 * long run of rows of many lengths come to hundreds of megabytes.
 *
 * @param descriptionsPerThread shapes whose description a thread keeps
 * @param codes shapes whose code the process keeps
 */
public record PreparedProducts(int descriptionsPerThread, int codes) {
    private static final int USUAL_CAPACITY = 1024;

    /** Size of a description: room for each kernel that a product might be made of. */
    private static final long DESCRIPTION_BYTES = 258_376;

    /** Measured: code and what leads to it; the code keeps a description of its own besides. */
    private static final long CODE_BYTES = 80 << 10;

    /** As the environment of this process says. */
    public static PreparedProducts ofThisProcess() {
        return new PreparedProducts(
                capacity(System.getenv("LRU_CACHE_CAPACITY")),
                capacity(System.getenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY")));
    }

    private static int capacity(@Nullable String value) {
        return value != null && value.matches("\\d{1,9}")
                ? Integer.parseInt(value)
                : USUAL_CAPACITY;
    }

    /**
     * Most bytes that they take.
     *
     * @param threads that multiply
     * @param shapes different products of a run, of one thread
     */
    public long bytes(int threads, long shapes) {
        long described = threads * Math.min(descriptionsPerThread, shapes);
        long compiled = Math.min(codes, shapes);
        return described * DESCRIPTION_BYTES + compiled * (DESCRIPTION_BYTES + CODE_BYTES);
    }
}
