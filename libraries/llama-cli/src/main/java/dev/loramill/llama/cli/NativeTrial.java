package dev.loramill.llama.cli;

import dev.loramill.process.ChildProcess;
import dev.loramill.process.JavaCommand;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A trial of native code in a JVM of its own, whose end does not end this one. */
final class NativeTrial {
    private static final int SIGNALLED = 128;
    private static final Pattern REPORTED_SIGNAL = Pattern.compile("^# +(SIG[A-Z]+) ");

    private NativeTrial() {}

    /**
     * How a process ended.
     *
     * @param code its exit code; above 128 where a signal ended it
     * @param signal the name of the signal, or empty
     * @param lastLine the last line that it wrote to standard output, or empty
     */
    record End(int code, String signal, String lastLine) {
        /** Whether a signal ended it. */
        boolean isKilled() {
            return !signal.isEmpty();
        }
    }

    private static String signal(int code, List<String> lines) {
        // A JVM that is hit by a signal reports it and then aborts itself.
        for (String line : lines) {
            Matcher reported = REPORTED_SIGNAL.matcher(line);
            if (reported.find()) {
                return String.valueOf(reported.group(1));
            }
        }
        return switch (code - SIGNALLED) {
            case 6 -> "SIGABRT";
            case 9 -> "SIGKILL";
            case 11 -> "SIGSEGV";
            default -> code > SIGNALLED ? "signal " + (code - SIGNALLED) : "";
        };
    }

    /**
     * Runs a main class to its end.
     *
     * @throws IOException if it does not end in time
     */
    static End run(Duration limit, String mainClass, String... arguments)
            throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        try (ChildProcess child =
                JavaCommand.ofMain(mainClass)
                        .options("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                        .options("-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/null")
                        .options("--enable-native-access=ALL-UNNAMED")
                        .options("--add-modules", "jdk.incubator.vector")
                        .arguments(arguments)
                        .child()
                        .errors(Redirect.DISCARD)
                        .start()) {
            int code = child.readLines(lines::add, limit);
            return new End(code, signal(code, lines), lines.isEmpty() ? "" : lines.getLast());
        }
    }
}
