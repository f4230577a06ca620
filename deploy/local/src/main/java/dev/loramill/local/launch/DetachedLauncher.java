package dev.loramill.local.launch;

import dev.loramill.local.PrivateFiles;
import dev.loramill.process.ChildProcess;
import dev.loramill.process.JavaCommand;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Starts a launcher that goes on when this program ends, and shows what it prints meanwhile. */
public final class DetachedLauncher {
    private static final Duration INTERVAL = Duration.ofMillis(200);
    private static final Duration STOP_PATIENCE = Duration.ofMinutes(3);

    private final LoramillHome home;
    private final Console console;

    /** Makes a starter of launchers in a home. */
    public DetachedLauncher(LoramillHome home, Console console) {
        this.home = home;
        this.console = console;
    }

    /**
     * Starts a launcher and waits until everything is ready.
     *
     * @param options what it is to start
     * @throws LaunchException when it ends before that; its reasons have been shown
     */
    public RunState start(UpOptions options) throws LaunchException, InterruptedException {
        try {
            Optional<ProcessHandle> running = LauncherLock.holder(home);
            if (running.isPresent()) {
                throw new LaunchException(
                        "Loramill is already running, pid %d; see ./loramill status, end it by ./loramill down"
                                .formatted(running.get().pid()));
            }
            HomeGuard.close(home, console);
            PrivateFiles.directory(home.temporary());
            Path log = home.log("launcher");
            LogFile.prepare(log);
            long shown = LogFile.sizeBytes(log);
            ChildProcess launcher = launch(options, log);
            while (true) {
                boolean hasEnded = launcher.waitFor(INTERVAL);
                shown = show(log, shown);
                if (hasEnded) {
                    throw new LaunchException(
                            "Loramill did not start; see above, and the files in " + home.logs());
                }
                Optional<RunState> state = RunState.read(home);
                if (state.isPresent() && state.get().phase() == RunState.Phase.RUNNING) {
                    show(log, shown);
                    return state.get();
                }
            }
        } catch (IOException e) {
            throw new LaunchException("Loramill cannot start: " + e, e);
        }
    }

    /**
     * Ends the launcher of the home, if one runs, and the services that a killed one has left.
     *
     * @return whether one ran
     */
    public boolean stop() throws LaunchException, InterruptedException {
        try {
            Optional<ProcessHandle> running = LauncherLock.holder(home);
            if (running.isEmpty()) {
                Files.createDirectories(home.run());
                Orphans.stop(home, console);
                RunState.delete(home);
                return false;
            }
            ProcessHandle launcher = running.get();
            long start = System.nanoTime();
            launcher.destroy();
            while (launcher.isAlive()) {
                Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
                console.live("  stopping: " + Steps.seconds(elapsed));
                if (elapsed.compareTo(STOP_PATIENCE) > 0) {
                    launcher.destroyForcibly();
                    Orphans.stop(home, console);
                    RunState.delete(home);
                    throw new LaunchException(
                            "the launcher (pid %d) did not end and was killed; its data is whole"
                                    .formatted(launcher.pid()));
                }
                awaitEnd(launcher);
            }
            return true;
        } catch (IOException e) {
            throw new LaunchException("Loramill cannot be stopped: " + e, e);
        }
    }

    private static void awaitEnd(ProcessHandle process) throws InterruptedException {
        try {
            process.onExit().get(INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // The caller's loop asks again.
        }
    }

    private ChildProcess launch(UpOptions options, Path log) throws IOException {
        return JavaCommand.ofMain(OwnJvm.classPath(), "dev.loramill.local.cli.LoramillCommand")
                .under(OwnSession.prefix())
                .options(ServiceSpecs.mark(home, "launcher"))
                .options(LauncherFlags.all())
                .options("-Djava.io.tmpdir=" + home.temporary())
                .options("-Dloramill.class.path=" + OwnJvm.classPath())
                .arguments(options.arguments())
                .child()
                .environment(home.ports().environment())
                .environment(Map.of("LORAMILL_HOME", home.directory().toString()))
                .environment(Map.of("LORAMILL_CHECKOUT", home.checkout().toString()))
                .withoutInput()
                .outputAndErrors(Redirect.appendTo(log.toFile()))
                .start();
    }

    private long show(Path log, long from) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            byte[] bytes = new byte[(int) Math.min(1 << 20, file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            int end = bytes.length;
            while (end > 0 && bytes[end - 1] != '\n') {
                end--;
            }
            new String(bytes, 0, end, StandardCharsets.UTF_8).lines().forEach(console::line);
            return from + end;
        }
    }
}
