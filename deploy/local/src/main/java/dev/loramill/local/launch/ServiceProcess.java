package dev.loramill.local.launch;

import dev.loramill.process.ChildCommand;
import dev.loramill.process.ChildProcess;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A service that is started again whenever it ends by itself, after pauses that grow from half a
 * second to thirty and begin anew once it has run for a minute.
 */
final class ServiceProcess implements AutoCloseable {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration STEADY = Duration.ofMinutes(1);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);
    private static final int REPORTED_LINES = 12;

    private final ServiceSpec spec;
    private final ScheduledExecutorService scheduler;
    private final Console console;
    private final Runnable onChange;
    private @Nullable ChildProcess process;
    private long logStart;
    private Instant startedAt = Instant.EPOCH;
    private Duration nextPause = FIRST_PAUSE;
    private int restarts;
    private boolean isStopping;

    ServiceProcess(
            ServiceSpec spec,
            ScheduledExecutorService scheduler,
            Console console,
            Runnable onChange) {
        this.spec = spec;
        this.scheduler = scheduler;
        this.console = console;
        this.onChange = onChange;
    }

    ServiceSpec spec() {
        return spec;
    }

    synchronized int restarts() {
        return restarts;
    }

    /** Process id, or 0 while there is no process. */
    synchronized long pid() {
        return process == null || !process.isAlive() ? 0 : process.pid();
    }

    void start() throws IOException {
        startProcess();
        // Without the lock: whoever listens asks all services, each of which has a lock of its own.
        onChange.run();
    }

    private synchronized void startProcess() throws IOException {
        if (isStopping) {
            return;
        }
        LogFile.prepare(spec.log());
        logStart = LogFile.sizeBytes(spec.log());
        ChildProcess started =
                ChildCommand.of(spec.command())
                        .withoutEnvironment(spec.withheld())
                        .environment(spec.environment())
                        .withoutInput()
                        .outputAndErrors(Redirect.appendTo(spec.log().toFile()))
                        .start();
        process = started;
        startedAt = Instant.now();
        Files.writeString(spec.pidFile(), Long.toString(started.pid()));
        started.onExit()
                .thenAccept(ended -> {
                    if (recordEnd(ended)) {
                        onChange.run();
                    }
                });
    }

    /** Last lines that the present or the last process has written. */
    synchronized List<String> lastLines() {
        try {
            return LogFile.lastLines(spec.log(), logStart, REPORTED_LINES);
        } catch (IOException e) {
            return List.of("(%s cannot be read: %s)".formatted(spec.log(), e.getMessage()));
        }
    }

    @Override
    public void close() {
        ChildProcess running;
        synchronized (this) {
            isStopping = true;
            running = process;
        }
        try {
            if (running != null && running.isAlive()) {
                running.end(STOP_PATIENCE);
            }
            Files.deleteIfExists(spec.pidFile());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            console.line("  %s: %s".formatted(spec.name(), e));
        }
    }

    /** Whether the end was one that the service was not asked for. */
    private synchronized boolean recordEnd(ChildProcess ended) {
        if (isStopping || ended != process) {
            return false;
        }
        Duration pause = nextPause;
        if (startedAt.plus(STEADY).isBefore(Instant.now())) {
            pause = FIRST_PAUSE;
        }
        Duration doubled = pause.multipliedBy(2);
        nextPause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
        restarts++;
        console.line(
                "%s  %s (pid %d) ended by itself with code %d and is started again in %s; its last lines:"
                        .formatted(
                                Clocks.now(),
                                spec.name(),
                                ended.pid(),
                                ended.exitStatus(),
                                Steps.seconds(pause)));
        lastLines().forEach(line -> console.line("    | " + line));
        if (!scheduler.isShutdown()) {
            scheduler.schedule(this::startAgain, pause.toMillis(), TimeUnit.MILLISECONDS);
        }
        return true;
    }

    private void startAgain() {
        try {
            start();
        } catch (IOException e) {
            console.line(
                    "%s  %s cannot be started again: %s"
                            .formatted(Clocks.now(), spec.name(), e.getMessage()));
        }
    }
}
