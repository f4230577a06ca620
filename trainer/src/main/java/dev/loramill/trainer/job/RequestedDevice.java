package dev.loramill.trainer.job;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The device that a job asks for.
 *
 * @param kind which sort of device
 * @param index which of several GPUs, in [0, 127]; 0 for other kinds
 */
public record RequestedDevice(Kind kind, int index) {
    /** What {@link #parse} takes, for messages. */
    public static final String ALLOWED = "auto, cpu, cuda, cuda:N";

    /** A GPU if one can be used, the processor otherwise. */
    public static final RequestedDevice AUTO = new RequestedDevice(Kind.AUTO, 0);

    private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,3}))?");
    private static final int MOST_GPUS = 128;

    /** Which sort of device. */
    public enum Kind {
        /** A GPU if one can be used, the processor otherwise. */
        AUTO,
        /** The processor. */
        CPU,
        /** An NVIDIA GPU. */
        CUDA
    }

    /** Reads {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}; empty for anything else. */
    public static Optional<RequestedDevice> parse(String text) {
        if (text.equals("auto")) {
            return Optional.of(AUTO);
        }
        if (text.equals("cpu")) {
            return Optional.of(new RequestedDevice(Kind.CPU, 0));
        }
        Matcher cuda = CUDA.matcher(text);
        if (!cuda.matches()) {
            return Optional.empty();
        }
        int index = cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1));
        return index < MOST_GPUS
                ? Optional.of(new RequestedDevice(Kind.CUDA, index))
                : Optional.empty();
    }
}
