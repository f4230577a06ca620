package dev.loramill.local.launch;

import java.io.PrintStream;

/** Lines for people, and one line that changes in place when a terminal shows it. */
public final class Console {
    private static final String CLEAR_LINE = "\r\u001b[2K";

    private final PrintStream out;
    private final boolean isTerminal;
    private boolean isLive;

    /** A console on the standard output. */
    public static Console standard() {
        java.io.Console console = System.console();
        return new Console(System.out, console != null && console.isTerminal());
    }

    Console(PrintStream out, boolean isTerminal) {
        this.out = out;
        this.isTerminal = isTerminal;
    }

    /** Prints a line. */
    public synchronized void line(String text) {
        clear();
        out.println(text);
        out.flush();
    }

    /** Shows a text until the next output; nothing when the output is no terminal. */
    public synchronized void live(String text) {
        if (isTerminal) {
            out.print(CLEAR_LINE + text);
            out.flush();
            isLive = true;
        }
    }

    /** Whether a person sees live lines. */
    public boolean isTerminal() {
        return isTerminal;
    }

    private void clear() {
        if (isLive) {
            out.print(CLEAR_LINE);
            isLive = false;
        }
    }
}
