package dev.loramill.local.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

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

    /** Asks a process to end, and kills it with its children when it does not. */
    static void stop(ProcessHandle process, Duration patience) throws InterruptedException {
        var descendants = process.descendants().toList();
        process.destroy();
        try {
            process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
        }
        descendants.forEach(ProcessHandle::destroyForcibly);
    }
}
