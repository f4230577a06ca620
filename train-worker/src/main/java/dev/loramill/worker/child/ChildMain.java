package dev.loramill.worker.child;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.List;

/**
 * Entry point of every child process: runs another main class and ends with its parent.
 *
 * <p>The parent holds the other end of the standard input and never writes to it. When the parent
 * dies, by whatever cause, the input ends and the child halts at once, so that no orphan goes on
 * computing.
 */
public final class ChildMain {
    /** Exit status of a child whose parent died. */
    static final int ORPHANED = 143;

    private ChildMain() {}

    /** Runs the main class named by the first argument with the rest of the arguments. */
    public static void main(String[] arguments) throws Throwable {
        Thread.ofPlatform().daemon().name("parent-watch").start(ChildMain::haltWithParent);
        Class<?> mainClass = Class.forName(arguments[0]);
        List<String> rest = List.of(arguments).subList(1, arguments.length);
        try {
            mainClass
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) rest.toArray(String[]::new));
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static void haltWithParent() {
        try {
            while (System.in.read() >= 0) {
                // the parent writes nothing; only the end of the stream matters
            }
        } catch (IOException e) {
            // a broken pipe means the same as its end
        }
        Runtime.getRuntime().halt(ORPHANED);
    }
}
