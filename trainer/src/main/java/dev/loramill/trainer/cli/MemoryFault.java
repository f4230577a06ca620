package dev.loramill.trainer.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Memory that ran out, of the Java heap, of the host or of a GPU.
 *
 * <p>Native code's exceptions arrive as plain {@link RuntimeException}s, so only their words tell
 * what happened.
 */
final class MemoryFault {
    /** What libtorch, the CUDA runtime, cuBLAS, cuDNN and the C++ library say, in lower case. */
    private static final List<String> WORDS =
            List.of(
                    "cuda out of memory",
                    "cuda error: out of memory",
                    "cublas_status_alloc_failed",
                    "cudnn_status_alloc_failed",
                    "defaultcpuallocator: can't allocate memory",
                    "defaultcpuallocator: not enough memory",
                    "std::bad_alloc");

    private MemoryFault() {}

    /** What a person is told, if a fault or one of its causes says that memory ran out. */
    static Optional<String> sentence(Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof OutOfMemoryError) {
                return Optional.of(
                        "memory ran out: "
                                + message
                                + "; lower batchSize or maxLength, or give the trainer a larger heap"
                                + " (loramill.worker.trainer.max-heap)");
            }
            if (isOfMemory(message)) {
                return Optional.of(
                        "memory ran out: "
                                + firstLine(message)
                                + "; lower batchSize or maxLength, set blockCheckpointing to on, or"
                                + " lower memoryLimitBytes to what is free");
            }
        }
        return Optional.empty();
    }

    private static boolean isOfMemory(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        return WORDS.stream().anyMatch(lower::contains);
    }

    /** The lines that follow are addresses of native code. */
    private static String firstLine(String message) {
        return message.lines().findFirst().orElse(message).strip();
    }
}
