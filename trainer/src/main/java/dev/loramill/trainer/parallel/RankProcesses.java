package dev.loramill.trainer.parallel;

import dev.loramill.process.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The processes of all ranks but the first, as children of it.
 *
 * <p>Each holds a pipe that nothing is written to; when it ends, because this process closed it or
 * is gone, the child halts at once.
 */
final class RankProcesses implements AutoCloseable {
    private static final String RENDEZVOUS = "rendezvous-";
    private static final Duration UNTIL_ENDED = Duration.ofSeconds(3);
    private static final Duration UNTIL_KILLED = Duration.ofSeconds(10);

    private final List<Child> children = new ArrayList<>();

    private RankProcesses() {}

    private record Child(Share share, ChildProcess process, Path log) {
        /** Whether it ended only because it lost another one. */
        boolean isFollowing() {
            return process.exitStatus() == RankLostException.EXIT_CODE;
        }
    }

    /** A new file for the processes to meet in, without those of earlier runs. */
    static Path freshRendezvous(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (String.valueOf(file.getFileName()).startsWith(RENDEZVOUS)) {
                    Files.delete(file);
                }
            }
        }
        // Readable by its owner only: who can write to it could send gradients.
        return Files.createTempFile(directory, RENDEZVOUS, "");
    }

    static RankProcesses start(int size, Path directory, Path rendezvous, RankCommand command)
            throws IOException {
        RankProcesses processes = new RankProcesses();
        boolean isDone = false;
        try {
            for (int rank = 1; rank < size; rank++) {
                Share share = new Share(rank, size);
                Path log = directory.resolve("rank-" + rank + ".log");
                ChildProcess process =
                        command.of(share, rendezvous)
                                .child()
                                .output(Redirect.DISCARD)
                                .errors(Redirect.to(log.toFile()))
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
                                Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
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
        int status = child.process.exitStatus();
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
            child.process.letGo();
        }
        boolean isInterrupted = false;
        for (Child child : children) {
            try {
                boolean _ = child.process.waitFor(UNTIL_KILLED);
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
            child.process.close();
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
