package dev.loramill.process;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A started child process. */
public final class ChildProcess implements AutoCloseable {
    private static final Duration UNTIL_KILLED = Duration.ofSeconds(10);
    private static final int TAIL_BYTES = 64 << 10;
    private static final Duration LOOK = Duration.ofMillis(200);

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
        return read(handler, () -> process.waitFor());
    }

    /**
     * The same for a process that shows by its lines that it is at work. The time that the handler
     * takes is not counted.
     *
     * @param patience longest time without a line, asked again and again
     * @throws SilentChildException if it wrote none for longer, and was killed with all its own
     *     children
     */
    public int readLinesWhileHeard(LineHandler handler, Supplier<Duration> patience)
            throws IOException, InterruptedException {
        AtomicLong lastSign = new AtomicLong(System.nanoTime());
        AtomicBoolean isHandling = new AtomicBoolean();
        return read(
                line -> {
                    isHandling.set(true);
                    try {
                        handler.accept(line);
                    } finally {
                        lastSign.set(System.nanoTime());
                        isHandling.set(false);
                    }
                },
                () -> {
                    while (!process.waitFor(LOOK)) {
                        Duration limit = patience.get();
                        long silence = System.nanoTime() - lastSign.get();
                        if (!isHandling.get() && silence > limit.toNanos()) {
                            kill();
                            throw new SilentChildException(pid(), limit);
                        }
                    }
                });
    }

    private void kill() {
        try (Stream<ProcessHandle> descendants = process.descendants()) {
            // Found before it ends: afterwards nobody knows whose they are.
            List<ProcessHandle> all = descendants.toList();
            process.destroyForcibly();
            all.forEach(ProcessHandle::destroyForcibly);
        }
    }

    /**
     * The same for a process that has to end in time.
     *
     * @throws IOException if it did not, and was killed; or what the handler threw
     */
    public int readLines(LineHandler handler, Duration limit)
            throws IOException, InterruptedException {
        return read(
                handler,
                () -> {
                    if (!process.waitFor(limit)) {
                        process.destroyForcibly();
                        throw new IOException(
                                "process %d did not end in %s and was killed"
                                        .formatted(pid(), limit));
                    }
                });
    }

    /** Waits until the process has ended, or kills it and says why. */
    private interface End {
        void await() throws IOException, InterruptedException;
    }

    private int read(LineHandler handler, End end) throws IOException, InterruptedException {
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
        IOException killed = null;
        try {
            end.await();
        } catch (IOException e) {
            killed = e;
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
        if (killed != null) {
            throw killed;
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
            List<String> lines = endOf(log).lines().toList();
            return String.join(
                    "\n", lines.subList(Math.max(0, lines.size() - lineCount), lines.size()));
        } catch (IOException e) {
            return "(its log " + log + " cannot be read)";
        }
    }

    /** Logs may grow large; what is no UTF-8 in it is shown as U+FFFD. */
    private static String endOf(File log) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log, "r")) {
            file.seek(Math.max(0, file.length() - TAIL_BYTES));
            byte[] end = new byte[TAIL_BYTES];
            int count = 0;
            for (int read = 0; read >= 0 && count < end.length; count += Math.max(0, read)) {
                read = file.read(end, count, end.length - count);
            }
            return new String(end, 0, count, StandardCharsets.UTF_8);
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
