package dev.loramill.process;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A started child process. */
public final class ChildProcess implements AutoCloseable {
    private static final Duration UNTIL_KILLED = Duration.ofSeconds(10);

    private final Process process;
    private final @Nullable File log;

    ChildProcess(Process process, @Nullable File log) {
        this.process = process;
        this.log = log;
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** What the system knows of it. */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** Whether it has not ended yet. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Its exit status: above 128 where a signal ended it, by the signal's number.
     *
     * @throws IllegalThreadStateException if it has not ended yet
     */
    public int exitStatus() {
        return process.exitValue();
    }

    /** Completed with it when it ends. */
    public CompletableFuture<ChildProcess> onExit() {
        return process.onExit().thenApply(_ -> this);
    }

    /** Waits for its end and returns its exit status. */
    public int waitFor() throws InterruptedException {
        return process.waitFor();
    }

    /** Waits for its end, and returns whether it came in time. */
    public boolean waitFor(Duration limit) throws InterruptedException {
        return process.waitFor(limit);
    }

    /**
     * Hands each line of its standard output to a handler, in order, and waits for its end. An
     * interrupt ends the wait, not the process: {@link #close()} does.
     *
     * @return its exit status
     * @throws IOException what the handler threw, as any other exception of it; the process is
     *     killed then
     */
    public int readLines(LineHandler handler) throws IOException, InterruptedException {
        return read(handler, null);
    }

    /**
     * The same for a process that has to end in time.
     *
     * @throws IOException if it did not, and was killed; or what the handler threw
     */
    public int readLines(LineHandler handler, Duration limit)
            throws IOException, InterruptedException {
        return read(handler, limit);
    }

    private int read(LineHandler handler, @Nullable Duration limit)
            throws IOException, InterruptedException {
        AtomicReference<@Nullable Throwable> fault = new AtomicReference<>();
        Thread reader =
                Thread.ofPlatform()
                        .name("output-of-" + pid())
                        .start(() -> {
                            try {
                                handOn(handler);
                            } catch (IOException
                                    | InterruptedException
                                    | RuntimeException
                                    | Error e) {
                                fault.set(e);
                                process.destroyForcibly();
                            }
                        });
        boolean isLate = limit != null && !process.waitFor(limit);
        if (isLate) {
            process.destroyForcibly();
        }
        int status = process.waitFor();
        reader.join();
        switch (fault.get()) {
            case IOException e -> throw e;
            case InterruptedException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> {}
        }
        if (isLate) {
            throw new IOException(
                    "process %d did not end in %s and was killed".formatted(pid(), limit));
        }
        return status;
    }

    private void handOn(LineHandler handler) throws IOException, InterruptedException {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                handler.accept(line);
            }
        }
    }

    /** Last lines of its standard error, for messages. */
    public String logTail(int lineCount) {
        if (log == null) {
            return "(it has no log)";
        }
        try {
            List<String> lines = Files.readAllLines(log.toPath(), StandardCharsets.UTF_8);
            return String.join(
                    "\n", lines.subList(Math.max(0, lines.size() - lineCount), lines.size()));
        } catch (IOException e) {
            return "(its log " + log + " cannot be read)";
        }
    }

    /** Lets go of the pipe that it holds, so that one with {@link ParentWatch} ends at once. */
    public void letGo() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // It has ended.
        }
    }

    /**
     * Asks it to end, kills it when it does not or the wait is interrupted, and then what is left
     * of its own children.
     *
     * @return whether it ended by itself
     */
    public boolean end(Duration patience) throws InterruptedException {
        return end(handle(), patience);
    }

    /**
     * The same for a process that somebody else has started.
     *
     * @return whether it ended by itself
     */
    public static boolean end(ProcessHandle process, Duration patience)
            throws InterruptedException {
        List<ProcessHandle> descendants;
        try (Stream<ProcessHandle> all = process.descendants()) {
            descendants = all.toList();
        }
        boolean isEnded = false;
        try {
            process.destroy();
            isEnded = awaitEnd(process, patience);
        } finally {
            if (!isEnded) {
                process.destroyForcibly();
            }
            descendants.forEach(ProcessHandle::destroyForcibly);
        }
        if (!isEnded) {
            boolean _ = awaitEnd(process, UNTIL_KILLED);
        }
        return isEnded;
    }

    private static boolean awaitEnd(ProcessHandle process, Duration patience)
            throws InterruptedException {
        try {
            process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    /** Kills it and waits for its end; nothing happens when it has ended. */
    @Override
    public void close() {
        process.destroyForcibly();
        boolean isInterrupted = false;
        while (true) {
            try {
                process.waitFor();
                break;
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
