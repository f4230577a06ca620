package dev.loramill.llama.binding;

/** A function of llama.cpp failed. */
public final class NativeCallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String function;
    private final int code;

    NativeCallException(String function, int code, String thing, String reason) {
        super("%s failed with code %d on %s: %s".formatted(function, code, thing, reason));
        this.function = function;
        this.code = code;
    }

    /** The C function's name. */
    public String function() {
        return function;
    }

    /** What it returned; 0 where it returned NULL. */
    public int code() {
        return code;
    }
}
