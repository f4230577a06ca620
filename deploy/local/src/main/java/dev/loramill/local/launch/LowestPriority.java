package dev.loramill.local.launch;

import java.util.ArrayList;
import java.util.List;

/**
 * Keeps work that nobody waits for from what somebody does wait for. Where Linux shares the
 * processor among sessions ({@code sched_autogroup}), a nice value counts within a session only:
 * such work gets a session of its own, and that session the lowest priority.
 */
final class LowestPriority {
    private static final String SCRIPT =
            """
            { echo 19 >/proc/self/autogroup; } 2>/dev/null
            exec nice -n 19 "$@"
            """;

    private LowestPriority() {}

    /** Beginning of a command line that runs a program so. */
    static List<String> prefix() {
        List<String> session = OwnSession.prefix();
        if (session.isEmpty()) {
            // The session would be that of the launcher, and of the broker within it.
            return List.of("nice", "-n", "19");
        }
        List<String> words = new ArrayList<>(session);
        words.addAll(List.of("/bin/sh", "-c", SCRIPT, "sh"));
        return words;
    }
}
