package dev.loramill.llama.binding.internal;

import java.lang.foreign.MemorySegment;

/** What every call shares. */
final class NativeCalls {
    private NativeCalls() {}

    /** A downcall cannot throw; what is thrown here is a fault of the linkage or of the JVM. */
    static RuntimeException unexpected(String function, Throwable thrown) {
        if (thrown instanceof RuntimeException e) {
            return e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
        return new IllegalStateException("call of " + function + " failed", thrown);
    }

    /** The C string at an address of unknown extent. */
    static String string(MemorySegment address) {
        return address.reinterpret(Long.MAX_VALUE).getString(0);
    }
}
