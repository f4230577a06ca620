package dev.loramill.stack;

import dev.loramill.process.ChildCommand;
import dev.loramill.process.ChildProcess;
import dev.loramill.process.JavaCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The service as it is shipped, in a process of its own on a port that stays the same. */
public final class PackagedService implements AutoCloseable {
    private static final Path APPLICATION = Path.of("target/quarkus-app/quarkus-run.jar");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path log;
    private final List<String> jvmOptions;
    private final Map<String, String> environment;
    private ChildProcess process;

    /**
     * Starts it; does not wait until it is ready.
     *
     * @param jvmOptions options of its JVM, beside those that all have
     * @param environment its configuration
     */
    PackagedService(String name, List<String> jvmOptions, Map<String, String> environment)
            throws IOException {
        this.log = Path.of("target", name + "-it.log");
        this.jvmOptions = List.copyOf(jvmOptions);
        this.environment = Map.copyOf(environment);
        this.process = start();
    }

    /** Starts it again; does not wait until it is ready. */
    public void restart() throws IOException {
        process = start();
    }

    /** Whether its process is there. */
    public boolean isRunning() {
        return process.isAlive();
    }

    /** Stops it in its tracks, as kill -STOP does: it holds all that it held. */
    public void freeze() {
        signal("STOP");
    }

    /** Has it go on after {@link #freeze}. */
    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        ChildCommand command =
                ChildCommand.of(List.of("kill", "-" + name, Long.toString(process.pid())));
        try (ChildProcess kill = command.output(Redirect.INHERIT).start()) {
            if (kill.waitFor() != 0) {
                throw new IllegalStateException(
                        "kill -%s %d failed".formatted(name, process.pid()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending a signal", e);
        }
    }

    /** Asks it to end, as kill -TERM does. */
    public void terminate() {
        process.handle().destroy();
    }

    /** Kills it as kill -9 does. */
    public void kill() {
        process.close();
    }

    @Override
    public void close() {
        try {
            process.end(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ChildProcess start() throws IOException {
        if (!Files.exists(APPLICATION)) {
            throw new IllegalStateException(
                    APPLICATION + " is missing; these tests run after the package phase");
        }
        return JavaCommand.ofJar(APPLICATION)
                .options("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                .options(jvmOptions)
                .child()
                .environment(environment)
                .outputAndErrors(Redirect.appendTo(log.toFile()))
                .start();
    }

    /** A port of this machine that nobody listens on. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
