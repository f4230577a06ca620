package dev.loramill.llama.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A JVM with this one's class path, whose end does not end this one. */
final class ChildJava {
    private static final int SIGNALLED = 128;
    private static final Pattern REPORTED_SIGNAL = Pattern.compile("^# +(SIG[A-Z]+) ");

    private ChildJava() {}

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

    static End run(int timeoutSeconds, String mainClass, String... arguments)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                ProcessHandle.current().info().command().orElse("java"),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:-CreateCoredumpOnCrash",
                                "-XX:ErrorFile=/dev/null",
                                "--enable-native-access=ALL-UNNAMED",
                                "--add-modules",
                                "jdk.incubator.vector",
                                "-cp",
                                String.valueOf(System.getProperty("java.class.path")),
                                mainClass));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try {
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
                throw new IOException(mainClass + " did not end in " + timeoutSeconds + " seconds");
            }
            List<String> lines = output.lines().toList();
            int code = process.exitValue();
            return new End(code, signal(code, lines), lines.isEmpty() ? "" : lines.getLast());
        } finally {
            process.destroyForcibly();
        }
    }
}
