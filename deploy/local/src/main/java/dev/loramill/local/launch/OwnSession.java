package dev.loramill.local.launch;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Keeps Ctrl-C from children: a terminal sends it to all programs of its session, but the launcher
 * is to stop its children in order. And keeps what they write from other accounts.
 */
final class OwnSession {
    private static final String PROGRAM = "setsid";

    /** A JVM cannot set its umask. */
    private static final List<String> PRIVATE =
            List.of("/bin/sh", "-c", "umask 077 && exec \"$@\"", "sh");

    private OwnSession() {}

    /**
     * Beginning of a command line that gives the program a session of its own, where there is a
     * way, and lets it make files that its account alone may read.
     */
    static List<String> prefix() {
        return Stream.concat(PRIVATE.stream(), session().stream()).toList();
    }

    private static List<String> session() {
        for (String directory :
                System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, PROGRAM))) {
                return List.of(Path.of(directory, PROGRAM).toString());
            }
        }
        return List.of();
    }
}
