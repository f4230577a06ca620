package dev.loramill.local.launch;

import dev.loramill.process.ChildProcess;
import dev.loramill.process.JavaCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The classes that a service loads at its start, parsed and verified in a file that the JVM maps
 * (class data sharing). It lies beside the service's jars under a name made of them and of the JVM;
 * when either changes there is none until the next is made. A start never needs it: the JVM passes
 * over an archive that it cannot use.
 */
final class ClassArchive {
    private static final int NAME_DIGITS = 16;
    private static final String SUFFIX = ".jsa";

    /** Class lists, and archives that are being made, with the process id of their launcher. */
    private static final Pattern UNFINISHED = Pattern.compile("\\.([0-9]+)\\.classes(?:\\.made)?$");

    private final Path jar;
    private final List<String> flags;
    private final Path archive;
    private final Path classList;

    private ClassArchive(Path jar, List<String> flags, Path archive) {
        this.jar = jar;
        this.flags = List.copyOf(flags);
        this.archive = archive;
        this.classList =
                archive.resolveSibling(
                        "%s.%d.classes"
                                .formatted(archive.getFileName(), ProcessHandle.current().pid()));
    }

    /**
     * The archive of a service, which need not be there.
     *
     * @param jar its runnable jar
     * @param flags flags of its JVM
     * @throws IOException when the jars cannot be looked at, or there can be no directory for it
     */
    static ClassArchive of(Path jar, List<String> flags) throws IOException {
        Path application = Objects.requireNonNull(jar.getParent());
        Path directory = application.resolveSibling("class-archive");
        Files.createDirectories(directory);
        return new ClassArchive(
                jar, flags, directory.resolve(fingerprint(application, flags) + SUFFIX));
    }

    boolean isThere() {
        return Files.isRegularFile(archive);
    }

    /** Flags that use the archive, or else note the classes that the next one is to hold. */
    List<String> options() {
        return isThere()
                ? List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off", "-Xlog:aot=off")
                : List.of("-XX:DumpLoadedClassList=" + classList, "-Xlog:cds=off");
    }

    /**
     * Begins to make the archive from the classes that the service has loaded, at the lowest
     * priority; {@link #keep} ends it.
     */
    ChildProcess make(Path log) throws IOException {
        return JavaCommand.ofClassPath(jar)
                .under(LowestPriority.prefix())
                .options(flags)
                .options("-Xshare:dump", "-XX:SharedClassListFile=" + classList)
                .options("-XX:SharedArchiveFile=" + unfinished())
                .child()
                .outputAndErrors(Redirect.to(log.toFile()))
                .start();
    }

    /**
     * Puts a made archive in its place, and away what nobody needs: archives of former jars, and
     * what launchers that were killed have left.
     */
    void keep() throws IOException {
        Files.move(
                unfinished(),
                archive,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(classList);
        try (Stream<Path> files = Files.list(Objects.requireNonNull(archive.getParent()))) {
            for (Path file : files.toList()) {
                if (!file.equals(archive) && !isOfALauncherAtWork(file)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** Whether another launcher of the same jars is at an archive of its own. */
    private static boolean isOfALauncherAtWork(Path file) {
        Matcher unfinished = UNFINISHED.matcher(file.toString());
        return unfinished.find()
                && ProcessHandle.of(Long.parseLong(String.valueOf(unfinished.group(1))))
                        .isPresent();
    }

    /** Takes away what an archive that was not finished has left. */
    void discard() throws IOException {
        Files.deleteIfExists(unfinished());
        Files.deleteIfExists(classList);
    }

    private Path unfinished() {
        return archive.resolveSibling(classList.getFileName() + ".made");
    }

    private static String fingerprint(Path application, List<String> flags) throws IOException {
        MessageDigest digest = sha256();
        add(digest, Runtime.version() + " " + System.getProperty("java.home") + " " + flags);
        try (Stream<Path> files = Files.walk(application)) {
            files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .forEach(file -> add(digest, describe(file)));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return HexFormat.of().formatHex(digest.digest()).substring(0, NAME_DIGITS);
    }

    private static String describe(Path file) {
        try {
            return "%s %d %s".formatted(file, Files.size(file), Files.getLastModifiedTime(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(MessageDigest digest, String text) {
        digest.update((text + '\n').getBytes(StandardCharsets.UTF_8));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
