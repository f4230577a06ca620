package dev.loramill.local.demo;

import java.io.Console;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** What the demo prints: headings, lines, one live line, and texts side by side. */
final class Terminal {
    private static final int COLUMN = 58;
    private static final String CLEAR_LINE = "\r\u001b[2K";

    private final PrintStream out;
    private final boolean isInteractive;
    private boolean isLiveLineOpen;
    private String lastMilestone = "";

    Terminal(PrintStream out) {
        this.out = out;
        Console console = System.console();
        this.isInteractive = console != null && console.isTerminal();
    }

    void heading(String text) {
        endLiveLine();
        out.println();
        out.println("== " + text);
    }

    void line(String format, Object... arguments) {
        endLiveLine();
        out.println("   " + format.formatted(arguments));
    }

    /** Prints a line that is meant to be copied whole. */
    void unindented(String text) {
        endLiveLine();
        out.println(text);
    }

    /**
     * Shows progress: in place on a terminal; elsewhere a line for each new milestone.
     *
     * @param milestone changes whenever a log should get another line
     */
    void live(String milestone, String text) {
        if (isInteractive) {
            out.print(CLEAR_LINE + "   " + text);
            isLiveLineOpen = true;
        } else if (!milestone.equals(lastMilestone)) {
            out.println("   " + text);
        }
        lastMilestone = milestone;
        out.flush();
    }

    /** Prints two texts in columns under their titles. */
    void sideBySide(String leftTitle, String left, String rightTitle, String right) {
        endLiveLine();
        List<String> leftLines = wrapped(left);
        List<String> rightLines = wrapped(right);
        row(leftTitle, rightTitle);
        row("-".repeat(COLUMN), "-".repeat(COLUMN));
        for (int i = 0; i < Math.max(leftLines.size(), rightLines.size()); i++) {
            row(
                    i < leftLines.size() ? leftLines.get(i) : "",
                    i < rightLines.size() ? rightLines.get(i) : "");
        }
    }

    private void row(String left, String right) {
        out.println(("   %-" + COLUMN + "s | %s").formatted(left, right).stripTrailing());
    }

    private void endLiveLine() {
        if (isLiveLineOpen) {
            out.println();
            isLiveLineOpen = false;
        }
    }

    static List<String> wrapped(String text) {
        List<String> lines = new ArrayList<>();
        for (String paragraph : text.strip().split("\n", -1)) {
            StringBuilder line = new StringBuilder();
            for (String word : paragraph.strip().split("\\s+")) {
                String rest = word;
                while (line.length() + (line.isEmpty() ? 0 : 1) + rest.length() > COLUMN) {
                    if (line.isEmpty()) {
                        lines.add(rest.substring(0, COLUMN));
                        rest = rest.substring(COLUMN);
                    } else {
                        lines.add(line.toString());
                        line.setLength(0);
                    }
                }
                line.append(line.isEmpty() ? "" : " ").append(rest);
            }
            lines.add(line.toString());
        }
        return lines;
    }
}
