package dev.loramill.worker.agent;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptCancelled;
import dev.loramill.events.AttemptFailed;
import dev.loramill.events.AttemptFailed.FaultCategory;
import dev.loramill.events.AttemptReference;
import dev.loramill.messaging.Trace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs at most one attempt. A newer assignment replaces the running one: the control plane gives
 * this worker a second attempt only when it has given the first one up.
 *
 * <p>Thread-safe. Assignments may come twice; an attempt is known by its reference.
 */
final class Agent implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

    private static final int REMEMBERED = 1_000;

    private final Path attempts;
    private final AgentState state;
    private final ArtifactStore artifacts;
    private final Reporter reporter;
    private final TrainerProcess trainer;
    private final AgentConfig config;
    private @Nullable Running running;

    /** Attempts that were taken lately, which may come again. */
    private final Set<AttemptReference> taken =
            Collections.newSetFromMap(
                    new LinkedHashMap<>() {
                        @Override
                        protected boolean removeEldestEntry(
                                Map.Entry<AttemptReference, Boolean> eldest) {
                            return size() > REMEMBERED;
                        }
                    });

    private record Running(
            AttemptAssigned assigned,
            @Nullable String traceParent,
            AttemptRun run,
            Thread thread) {}

    /**
     * An agent that runs nothing yet.
     *
     * @param trainer trainer that attempts run
     */
    Agent(
            AgentState state,
            ArtifactStore artifacts,
            Reporter reporter,
            TrainerInstallation trainer,
            AgentConfig config) {
        this.attempts = config.directory().resolve("attempts").toAbsolutePath().normalize();
        this.state = state;
        this.artifacts = artifacts;
        this.reporter = reporter;
        this.trainer = new TrainerProcess(trainer, config.trainer());
        this.config = config;
    }

    /** Goes on with the attempt that was running when the agent last stopped. */
    public synchronized void resume() throws IOException {
        AttemptAssigned unfinished = state.running();
        deleteAttemptsExcept(unfinished);
        if (unfinished != null) {
            LOG.atInfo()
                    .addKeyValue("jobId", unfinished.attempt().jobId())
                    .addKeyValue("attempt", unfinished.attempt().attempt())
                    .addKeyValue("epoch", unfinished.attempt().epoch())
                    .log("Attempt goes on after a restart");
            start(unfinished, state.traceParent());
        }
    }

    /** The attempt that runs; empty when the worker is free. */
    public synchronized Optional<AttemptReference> running() {
        return Optional.ofNullable(running).map(run -> run.assigned().attempt());
    }

    /** Grows with each sign of work on the attempt that runs; empty when the worker is free. */
    public synchronized Optional<Long> progress() {
        return Optional.ofNullable(running).map(run -> run.run().progress());
    }

    /**
     * Takes an assignment, unless it was taken before or an attempt of a later epoch runs. Epochs
     * are compared with that alone: one that nobody gave out closes the worker to no other. What
     * the attempt reports goes on in the trace of this thread. When this throws, the assignment may
     * come again.
     */
    public synchronized void assign(AttemptAssigned assigned) {
        Running run = running;
        if (taken.contains(assigned.attempt())
                || (run != null
                        && assigned.attempt().epoch() <= run.assigned().attempt().epoch())) {
            LOG.atInfo()
                    .addKeyValue("jobId", assigned.attempt().jobId())
                    .addKeyValue("epoch", assigned.attempt().epoch())
                    .log("Assignment ignored that was taken before or is of an old epoch");
            return;
        }
        stop();
        String traceParent = Trace.current();
        try {
            state.runs(assigned, traceParent);
        } catch (UncheckedIOException e) {
            decline(assigned, e);
            taken.add(assigned.attempt());
            return;
        }
        start(assigned, traceParent);
    }

    /** An attempt that would be forgotten by a restart is not begun. */
    private void decline(AttemptAssigned assigned, UncheckedIOException fault) {
        LOG.atError()
                .setCause(fault)
                .addKeyValue("jobId", assigned.attempt().jobId())
                .addKeyValue("attempt", assigned.attempt().attempt())
                .addKeyValue("epoch", assigned.attempt().epoch())
                .log("Attempt declined");
        reporter.report(
                new AttemptFailed(
                        assigned.attempt(),
                        FaultCategory.EXHAUSTED,
                        "the worker cannot take the attempt: %s: %s"
                                .formatted(fault.getMessage(), fault.getCause())));
    }

    /** Why an assignment could not be taken at the moment. */
    public Optional<String> fault() {
        return state.fault();
    }

    /** Stops the attempt if it is the one that runs, and reports it as cancelled. */
    public synchronized void cancel(AttemptCancelled cancelled) throws InterruptedException {
        Running run = running;
        if (run == null || !run.assigned().attempt().equals(cancelled.attempt())) {
            return;
        }
        LOG.atInfo()
                .addKeyValue("jobId", cancelled.attempt().jobId())
                .addKeyValue("attempt", cancelled.attempt().attempt())
                .addKeyValue("reason", cancelled.reason())
                .log("Attempt cancelled");
        stop();
        Trace.<@Nullable Void, InterruptedException>continuing(
                run.traceParent(),
                () -> {
                    reporter.reportAndWait(
                            new AttemptFailed(
                                    cancelled.attempt(),
                                    FaultCategory.CANCELLED,
                                    cancelled.reason()));
                    return null;
                });
        ended(run.assigned());
    }

    /** Stops what runs; it goes on at the next {@link #resume()}. */
    @Override
    public synchronized void close() {
        stop();
    }

    private void start(AttemptAssigned assigned, @Nullable String traceParent) {
        AttemptRun run =
                new AttemptRun(
                        assigned,
                        traceParent,
                        directoryOf(assigned),
                        artifacts,
                        reporter,
                        trainer,
                        config);
        Thread thread =
                Thread.ofPlatform()
                        .name("attempt-" + assigned.attempt().jobId())
                        .unstarted(() -> runToTheEnd(run, assigned));
        thread.start();
        running = new Running(assigned, traceParent, run, thread);
        taken.add(assigned.attempt());
    }

    private void runToTheEnd(AttemptRun run, AttemptAssigned assigned) {
        boolean isOver = true;
        try {
            run.run();
        } catch (InterruptedException e) {
            isOver = false;
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            // Its lease ends, and the control plane gives the job to another attempt.
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("jobId", assigned.attempt().jobId())
                    .addKeyValue("attempt", assigned.attempt().attempt())
                    .addKeyValue("epoch", assigned.attempt().epoch())
                    .log("How an attempt ended could not be reported");
        } finally {
            leave(assigned, isOver);
        }
    }

    /**
     * The worker is free again.
     *
     * @param isOver whether the attempt must not go on after a restart
     */
    private synchronized void leave(AttemptAssigned assigned, boolean isOver) {
        if (running != null && running.assigned().attempt().equals(assigned.attempt())) {
            running = null;
        }
        if (isOver) {
            ended(assigned);
        }
    }

    private void ended(AttemptAssigned assigned) {
        try {
            state.ended(assigned);
            deleteTree(directoryOf(assigned));
        } catch (IOException | UncheckedIOException e) {
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("jobId", assigned.attempt().jobId())
                    .addKeyValue("epoch", assigned.attempt().epoch())
                    .log("Something of an ended attempt stays on the disk");
        }
    }

    /** Interrupts what runs and waits for its end, without the lock it may need to end. */
    private void stop() {
        Running run = running;
        if (run == null) {
            return;
        }
        running = null;
        run.thread().interrupt();
        boolean isInterrupted = false;
        while (run.thread().isAlive()) {
            try {
                wait(50);
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Path directoryOf(AttemptAssigned assigned) {
        Path directory =
                attempts.resolve(assigned.attempt().jobId() + "-" + assigned.attempt().epoch())
                        .normalize();
        if (!attempts.equals(directory.getParent())) {
            // Ids have a pattern; whatever gets past it deletes nothing elsewhere.
            throw new IllegalArgumentException(
                    "job \"%s\" has no directory of its own".formatted(assigned.attempt().jobId()));
        }
        return directory;
    }

    private void deleteAttemptsExcept(@Nullable AttemptAssigned kept) throws IOException {
        if (!Files.isDirectory(attempts)) {
            return;
        }
        Path keptDirectory = kept == null ? null : directoryOf(kept);
        try (Stream<Path> directories = Files.list(attempts)) {
            for (Path directory : directories.toList()) {
                if (!directory.equals(keptDirectory)) {
                    deleteTree(directory);
                }
            }
        }
    }

    private static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path folder, @Nullable IOException fault) throws IOException {
                        if (fault != null) {
                            throw fault;
                        }
                        Files.delete(folder);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
