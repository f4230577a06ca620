package dev.loramill.trainer.parallel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The processes of all ranks but the first, as children of it.
 *
 * <p>Each holds a pipe that nothing is written to; when it ends, because this process closed it or
 * is gone, the child halts at once.
 */
final class RankProcesses implements AutoCloseable {
    private static final String MEETING = "meeting-";
    private static final Duration UNTIL_ENDED = Duration.ofSeconds(3);
    private static final Duration UNTIL_KILLED = Duration.ofSeconds(10);

    private final List<Child> children = new ArrayList<>();

    private RankProcesses() {}

    private record Child(Share share, Process process, Path log) {
        /** Whether it ended only because it lost another one. */
        boolean isFollowing() {
            return process.exitValue() == RankLostException.EXIT_CODE;
        }
    }

    /** A new file for the processes to meet in, without those of earlier runs. */
    static Path freshMeeting(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (String.valueOf(file.getFileName()).startsWith(MEETING)) {
                    Files.delete(file);
                }
            }
        }
        // Readable by its owner only: who can write to it could send gradients.
        return Files.createTempFile(directory, MEETING, "");
    }

    static RankProcesses start(int size, Path directory, Path meeting, RankCommand command)
            throws IOException {
        RankProcesses processes = new RankProcesses();
        boolean isDone = false;
        try {
            for (int rank = 1; rank < size; rank++) {
                Share share = new Share(rank, size);
                Path log = directory.resolve("rank-" + rank + ".log");
                Process process =
                        new ProcessBuilder(command.of(share, meeting))
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .redirectError(log.toFile())
                                .start();
                processes.children.add(new Child(share, process, log));
            }
            isDone = true;
            return processes;
        } finally {
            if (!isDone) {
                processes.close();
            }
        }
    }

    /**
     * Looks whether all children run.
     *
     * @throws RankLostException naming the one that does not
     */
    void requireAllAlive() {
        Child ended = ended();
        if (ended != null) {
            throw lost(ended, null);
        }
    }

    /** The fault with the child that caused it, once it is known to have ended. */
    RankLostException explained(RankLostException fault) {
        long deadline = System.nanoTime() + UNTIL_ENDED.toNanos();
        for (Child child : children) {
            try {
                boolean _ =
                        child.process.waitFor(
                                Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        Child ended = ended();
        return ended == null ? fault : lost(ended, fault);
    }

    /** A child that has ended, rather one that others followed. */
    private @Nullable Child ended() {
        Child found = null;
        for (Child child : children) {
            if (!child.process.isAlive() && (found == null || found.isFollowing())) {
                found = child;
            }
        }
        return found;
    }

    private static RankLostException lost(Child child, @Nullable RankLostException fault) {
        int status = child.process.exitValue();
        String how = status > 128 ? "status " + status + ", a signal" : "status " + status;
        return new RankLostException(
                "rank "
                        + child.share.rank()
                        + " of "
                        + child.share.size()
                        + " (pid "
                        + child.process.pid()
                        + ") ended with "
                        + how
                        + ", so the run ended; "
                        + lastWords(child)
                        + "; run again to go on from the newest checkpoint",
                fault);
    }

    private static String lastWords(Child child) {
        try {
            List<String> lines =
                    Files.readAllLines(child.log).stream().filter(line -> !line.isBlank()).toList();
            return lines.isEmpty()
                    ? "its log \"" + child.log + "\" is empty"
                    : "its log \"" + child.log + "\" ends with: " + lines.getLast();
        } catch (IOException | UncheckedIOException e) {
            return "its log \"" + child.log + "\" cannot be read";
        }
    }

    /** Ends all children and waits for their ends. */
    @Override
    public void close() {
        for (Child child : children) {
            try {
                child.process.getOutputStream().close();
            } catch (IOException e) {
                // The child has ended.
            }
        }
        boolean isInterrupted = false;
        for (Child child : children) {
            try {
                if (!child.process.waitFor(UNTIL_KILLED.toSeconds(), TimeUnit.SECONDS)) {
                    child.process.destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                child.process.destroyForcibly();
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
