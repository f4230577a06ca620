package dev.loramill.local.launch;

import com.sun.security.auth.module.UnixSystem;
import dev.loramill.local.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Keeps a home from other accounts of the machine: all data and passwords lie in it. */
public final class HomeGuard {
    /** What a home alone has; one of them tells that a directory is one. */
    private static final Set<String> OF_A_HOME =
            Set.of("run", "kafka", "postgres", "artifacts", "bases.json", "build.stamp");

    /** What the script has made in a directory before it is looked at. */
    private static final Set<String> OF_THE_SCRIPT = Set.of("logs", "natives", "downloads", "tmp");

    private static final int ROOT = 0;

    private HomeGuard() {}

    /**
     * Makes the home, or closes one that an earlier release left open, and tells so.
     *
     * @throws LaunchException when the directory is of another account, or holds other things, so
     *     that closing it could take it from somebody
     */
    public static void close(LoramillHome home, Console console)
            throws IOException, LaunchException {
        Path directory = home.directory();
        if (!Files.isDirectory(directory)) {
            PrivateFiles.directory(directory);
        } else if (PrivateFiles.isOpen(directory)) {
            boolean isUsed = isUsed(directory);
            PrivateFiles.close(directory);
            if (isUsed) {
                console.line(
                        "  home         \"%s\" and all files in it are now for this account only"
                                .formatted(directory));
            }
        }
        long owner = ((Number) Files.getAttribute(directory, "unix:uid")).longValue();
        if (owner != new UnixSystem().getUid()) {
            throw new LaunchException(
                    "\"%s\" belongs to another account, \"%s\", which could read and change all data; give a directory of your own by LORAMILL_HOME"
                            .formatted(directory, Files.getOwner(directory)));
        }
    }

    /** Warns of what any fault can do in the hands of the account that may do everything. */
    static void warnOfRoot(Console console) {
        if (new UnixSystem().getUid() == ROOT) {
            console.line(
                    "  warning: started as root; what a fault in Loramill lets others do, they do as root. An account of its own is safer.");
        }
    }

    private static boolean isUsed(Path directory) throws IOException, LaunchException {
        List<String> entries;
        try (Stream<Path> found = Files.list(directory)) {
            entries = found.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
        }
        if (entries.stream().anyMatch(OF_A_HOME::contains)) {
            return true;
        }
        if (!OF_THE_SCRIPT.containsAll(entries)) {
            throw new LaunchException(
                    "\"%s\" may be read by other accounts and holds other things than Loramill's, such as \"%s\"; give a directory of its own by LORAMILL_HOME, or close it yourself: chmod 700"
                            .formatted(
                                    directory,
                                    entries.stream()
                                            .filter(entry -> !OF_THE_SCRIPT.contains(entry))
                                            .findFirst()
                                            .orElseThrow()));
        }
        return false;
    }
}
