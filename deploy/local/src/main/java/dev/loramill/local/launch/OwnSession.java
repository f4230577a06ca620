package dev.loramill.local.launch;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Keeps Ctrl-C from children: a terminal sends it to all programs of its session, but the launcher
 * is to stop its children in order.
 */
final class OwnSession {
    private static final String PROGRAM = "setsid";

    private OwnSession() {}

    /**
     * Beginning of a command line that gives the program a session of its own, where there is a
     * way.
     */
    static List<String> prefix() {
        for (String directory :
                System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, PROGRAM))) {
                return List.of(Path.of(directory, PROGRAM).toString());
            }
        }
        return List.of();
    }
}
