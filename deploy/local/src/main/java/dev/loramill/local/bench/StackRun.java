package dev.loramill.local.bench;

import dev.loramill.llama.natives.NativesLookup;
import dev.loramill.local.launch.LaunchException;
import dev.loramill.local.launch.Ports;
import dev.loramill.local.launch.Service;
import dev.loramill.process.ChildCommand;
import dev.loramill.process.ChildProcess;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The stack of a checkout, started and ended by its own {@code ./loramill}, on free ports and with
 * a home that is deleted at the end. Linux only: memory is read from {@code /proc}.
 */
final class StackRun implements AutoCloseable {
    private static final Path PROCESSES = Path.of("/proc");
    private static final Duration LONGEST_ARCHIVES = Duration.ofMinutes(5);

    /** One archive begins right after another, so that one look may fall between two. */
    private static final int QUIET_LOOKS = 3;

    private final Path checkout;
    private final String base;
    private final Path home;
    private final Map<String, String> environment;

    StackRun(Path checkout, String base) throws IOException {
        this.checkout = checkout;
        this.base = base;
        home = Files.createTempDirectory("loramill-bench");
        environment = ports();
        environment.put("LORAMILL_HOME", home.toString());
        // Nothing is generated here, so any library will do.
        environment.put(NativesLookup.FALLBACK_VARIABLE, NativesLookup.CLASS_PATH);
    }

    /**
     * One start.
     *
     * @param readySeconds from the command until every service is ready
     * @param cpuSeconds processor time of all processes until then
     * @param idleBytes memory of all processes a while later; what several share counts once (PSS)
     */
    record Measured(double readySeconds, double cpuSeconds, long idleBytes) {}

    /** Starts the stack, waits, reads and ends it. */
    Measured measure(Duration idle) throws LaunchException, IOException, InterruptedException {
        long begin = System.nanoTime();
        command("up", "--detach", "--base", base);
        double ready = (System.nanoTime() - begin) / 1e9;
        double cpu =
                processes().stream()
                        .map(ProcessHandle::info)
                        .mapToDouble(info ->
                                info.totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3)
                        .sum();
        awaitClassArchives();
        Thread.sleep(idle);
        long bytes = 0;
        for (ProcessHandle process : processes()) {
            bytes += memory(process.pid());
        }
        command("down");
        return new Measured(ready, cpu, bytes);
    }

    /**
     * Waits until the launcher makes no more class archives, which it does once, one after another:
     * the next start is to have them, and an idle stack makes none.
     */
    private void awaitClassArchives() throws LaunchException, InterruptedException {
        long deadline = System.nanoTime() + LONGEST_ARCHIVES.toNanos();
        int quietLooks = 0;
        while (quietLooks < QUIET_LOOKS) {
            if (System.nanoTime() > deadline) {
                throw new LaunchException(
                        "class archives of \"%s\" are still being made after %d minutes: see the log class-archive of %s"
                                .formatted(checkout, LONGEST_ARCHIVES.toMinutes(), home));
            }
            boolean isMaking =
                    processes().stream()
                            .anyMatch(process ->
                                    process.info()
                                            .commandLine()
                                            .filter(line -> line.contains("-Xshare:dump"))
                                            .isPresent());
            quietLooks = isMaking ? 0 : quietLooks + 1;
            Thread.sleep(Duration.ofSeconds(1));
        }
    }

    @Override
    public void close() throws LaunchException, IOException {
        try {
            command("down");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> all = Files.walk(home)) {
            all.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        }
    }

    private void command(String... arguments)
            throws LaunchException, IOException, InterruptedException {
        Path log = home.resolve("command.log");
        List<String> command = new ArrayList<>();
        command.add(checkout.resolve("loramill").toString());
        command.addAll(List.of(arguments));
        int exit;
        try (ChildProcess launcher =
                ChildCommand.of(command)
                        .directory(checkout)
                        .environment(environment)
                        .outputAndErrors(Redirect.to(log.toFile()))
                        .start()) {
            exit = launcher.waitFor();
        }
        if (exit != 0) {
            throw new LaunchException(
                    "%s ended with %d:%n%s"
                            .formatted(String.join(" ", command), exit, Files.readString(log)));
        }
    }

    /** All processes that were started with this home: they have it in their environment. */
    private List<ProcessHandle> processes() {
        String mark = "LORAMILL_HOME=" + home;
        return ProcessHandle.allProcesses()
                .filter(process -> environment(process.pid()).contains(mark))
                .toList();
    }

    private static List<String> environment(long pid) {
        try {
            String all =
                    Files.readString(
                            PROCESSES.resolve(Long.toString(pid)).resolve("environ"),
                            StandardCharsets.ISO_8859_1);
            return List.of(all.split("\0", -1));
        } catch (IOException | UncheckedIOException e) {
            return List.of(); // It has ended, or belongs to somebody else.
        }
    }

    private static long memory(long pid) throws IOException {
        Path file = PROCESSES.resolve(Long.toString(pid)).resolve("smaps_rollup");
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("Pss:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        throw new IOException("\"%s\" names no Pss".formatted(file));
    }

    private static Map<String, String> ports() throws IOException {
        List<String> names = new ArrayList<>(Service.labels());
        names.add(Ports.KAFKA);
        names.add(Ports.POSTGRES);
        Map<String, String> ports = new HashMap<>();
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (String name : names) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                sockets.add(socket);
                ports.put(Ports.variable(name), Integer.toString(socket.getLocalPort()));
            }
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
        return ports;
    }
}
