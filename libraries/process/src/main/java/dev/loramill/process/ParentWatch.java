package dev.loramill.process;

import java.io.IOException;

/** Ends this process when the one that started it has gone. */
public final class ParentWatch {
    /** Argument by which a program is asked to start the watch. */
    public static final String OPTION = "--exit-with-parent";

    /** Exit status of a process whose parent has gone. */
    public static final int ORPHANED = 143;

    private ParentWatch() {}

    /** Watches the standard input, whose other end the parent holds, on a thread of its own. */
    public static void start() {
        Thread.ofPlatform().daemon().name("parent-watch").start(ParentWatch::haltAtEnd);
    }

    private static void haltAtEnd() {
        try {
            while (System.in.read() >= 0) {
                // Only the end of the input matters.
            }
        } catch (IOException e) {
            // A broken pipe means the same as its end.
        }
        Runtime.getRuntime().halt(ORPHANED);
    }
}
