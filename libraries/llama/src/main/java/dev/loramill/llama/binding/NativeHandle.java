package dev.loramill.llama.binding;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The address of a native object together with the number of things that still need it.
 *
 * <p>It cannot be closed while something holds it, nor be held once it is closed; both are decided
 * in one atomic step, so threads cannot get between.
 */
final class NativeHandle {
    private static final int CLOSED = -1;

    private final String name;
    private final MemorySegment address;
    private final AtomicInteger holds = new AtomicInteger();

    NativeHandle(String name, MemorySegment address) {
        this.name = name;
        this.address = address;
    }

    String name() {
        return name;
    }

    /**
     * The address, for a caller that is sure to be alone or holds the handle.
     *
     * @throws IllegalStateException if it is closed
     */
    MemorySegment address() {
        if (isClosed()) {
            throw closed();
        }
        return address;
    }

    boolean isClosed() {
        return holds.get() == CLOSED;
    }

    /**
     * Keeps it from being closed.
     *
     * @throws IllegalStateException if it is closed
     */
    MemorySegment hold() {
        int now = holds.get();
        while (true) {
            if (now == CLOSED) {
                throw closed();
            }
            if (holds.compareAndSet(now, now + 1)) {
                return address;
            }
            now = holds.get();
        }
    }

    /** Ends a hold. */
    void release() {
        holds.decrementAndGet();
    }

    /**
     * Marks it closed; the caller then frees the address.
     *
     * @throws IllegalStateException if it is closed already or held
     */
    MemorySegment close() {
        if (!holds.compareAndSet(0, CLOSED)) {
            int now = holds.get();
            if (now == CLOSED) {
                throw closed();
            }
            throw new IllegalStateException(
                    "%s cannot be closed: %d of what uses it is still open".formatted(name, now));
        }
        return address;
    }

    private IllegalStateException closed() {
        return new IllegalStateException(name + " is closed");
    }
}
