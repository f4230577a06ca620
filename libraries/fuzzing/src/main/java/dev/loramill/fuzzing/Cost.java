package dev.loramill.fuzzing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.IntFunction;

/** What work costs, by counting the bytes that it allocates; the same on every machine. */
public final class Cost {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What work of any size may cost beside what its size does. */
    private static final long SLACK_BYTES = 64 << 10;

    private Cost() {}

    /** Work on an input. */
    @FunctionalInterface
    public interface Work<T> {
        /** Does it; the result is thrown away. */
        Object on(T input) throws Exception;
    }

    /** Bytes that this thread allocates for work on an input. */
    public static <T> long allocatedBytes(T input, Work<T> work) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            work.on(input);
        } catch (Exception e) {
            throw new AssertionError("the work failed", e);
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    /**
     * Requires that twice the input costs at most two and a half times as much.
     *
     * @param size number that an input is made of; large enough for the input to cost more than
     *     what comes with any
     * @param inputs makes an input of a size
     */
    public static <T> void requireLinear(int size, IntFunction<T> inputs, Work<T> work) {
        long once = least(inputs.apply(size), work);
        long twice = least(inputs.apply(2 * size), work);
        if (twice > once * 5 / 2 + SLACK_BYTES) {
            throw new AssertionError(
                    "%,d bytes are allocated for an input of size %,d, %,d for one of twice the size"
                            .formatted(once, size, twice));
        }
    }

    /** The first time costs more, for what is loaded and kept then. */
    private static <T> long least(T input, Work<T> work) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 2; i++) {
            least = Math.min(least, allocatedBytes(input, work));
        }
        return least;
    }
}
