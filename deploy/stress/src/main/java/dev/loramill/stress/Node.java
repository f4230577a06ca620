package dev.loramill.stress;

import dev.loramill.process.ChildCommand;
import dev.loramill.process.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One process of the chain, which can be killed, stopped in its tracks, and started again. */
final class Node implements AutoCloseable {
    private static final int LAST_WORDS = 160;

    private final String name;
    private final int port;
    private final List<String> command;
    private final Map<String, String> environment;
    private final Path log;
    private @Nullable ChildProcess process;
    private int endedByItself;
    private String lastWords = "";
    private boolean isAway;
    private boolean isClosed;

    /**
     * Describes it; nothing is started.
     *
     * @param name name for people, such as {@code clean-1}
     * @param port port of its HTTP interface, or that a broker listens on
     */
    Node(String name, int port, List<String> command, Map<String, String> environment, Path log) {
        this.name = name;
        this.port = port;
        this.command = List.copyOf(command);
        this.environment = Map.copyOf(environment);
        this.log = log;
    }

    String name() {
        return name;
    }

    /** Address of its HTTP interface. */
    String address() {
        return "http://127.0.0.1:" + port;
    }

    /** How often it ended without being killed. */
    synchronized int endedByItself() {
        return endedByItself;
    }

    /** Starts it; nothing happens when it runs. */
    synchronized void start() throws IOException {
        if (isClosed || (process != null && process.isAlive())) {
            return;
        }
        isAway = false;
        process =
                ChildCommand.of(command)
                        .environment(environment)
                        .outputAndErrors(Redirect.appendTo(log.toFile()))
                        .start();
    }

    /** Kills it as kill -9 does; it stays away until it is started. */
    synchronized void kill() {
        isAway = true;
        if (process != null) {
            process.close();
        }
    }

    /**
     * Starts it again when it has ended without being killed, as whoever runs services does.
     *
     * @return whether it had
     */
    synchronized boolean revive() throws IOException {
        if (isAway || isClosed || process == null || process.isAlive()) {
            return false;
        }
        endedByItself++;
        lastWords = readLastWords();
        start();
        return true;
    }

    /** Why it ended by itself, as far as its log says. */
    synchronized String lastWords() {
        return lastWords;
    }

    private String readLastWords() throws IOException {
        try (Stream<String> lines = Files.lines(log, StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.startsWith("Caused by: ") || line.contains(" ERROR "))
                    .reduce((_, later) -> later)
                    .map(line -> line.substring(0, Math.min(line.length(), LAST_WORDS)))
                    .orElse("its log says nothing");
        } catch (UncheckedIOException e) {
            return "its log cannot be read: " + e.getCause();
        }
    }

    /** Stops it in its tracks: it holds all that it held. */
    void freeze() throws IOException {
        signal("STOP");
    }

    /** Has it go on. */
    void thaw() throws IOException {
        signal("CONT");
    }

    private synchronized void signal(String signal) throws IOException {
        if (process == null || !process.isAlive()) {
            return;
        }
        try (ChildProcess kill =
                ChildCommand.of(List.of("kill", "-" + signal, Long.toString(process.pid())))
                        .output(Redirect.DISCARD)
                        .errors(Redirect.DISCARD)
                        .start()) {
            int _ = kill.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        if (process != null) {
            process.close();
        }
    }
}
