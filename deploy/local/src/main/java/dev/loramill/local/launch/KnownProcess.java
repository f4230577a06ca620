package dev.loramill.local.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Processes found again by a file with their id and a mark in their command line. */
final class KnownProcess {
    private KnownProcess() {}

    /** The living process of an id file; empty when its id belongs to another program by now. */
    static Optional<ProcessHandle> find(Path pidFile, String mark) throws IOException {
        String text;
        try {
            text = Files.readString(pidFile).strip();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (!text.matches("[0-9]{1,10}")) {
            return Optional.empty();
        }
        return find(Long.parseLong(text), mark);
    }

    /** The living process of an id; empty when it belongs to another program by now. */
    static Optional<ProcessHandle> find(long pid, String mark) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process ->
                        process.info()
                                .commandLine()
                                .filter(command -> command.contains(mark))
                                .isPresent());
    }
}
