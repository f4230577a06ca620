package dev.loramill.serve.adapter;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of the copies that adapters are loaded from. Nobody but this account reads or changes
 * it; each copy is named by its process, so that replicas may share it.
 */
final class AdapterCopies {
    private static final Logger LOG = LoggerFactory.getLogger(AdapterCopies.class);
    private static final Pattern NAME = Pattern.compile("adapter-(\\d{1,18})-.*\\.gguf");
    private static final Set<PosixFilePermission> OURS_ALONE =
            PosixFilePermissions.fromString("rwx------");

    private final Path folder;

    AdapterCopies(Path folder) {
        this.folder = folder;
    }

    static AdapterCopies of(AdapterConfig config) {
        return new AdapterCopies(
                config.copies()
                        .orElseGet(() ->
                                Path.of(
                                        Objects.requireNonNull(
                                                System.getProperty("java.io.tmpdir")),
                                        "loramill-serve-" + System.getProperty("user.name"))));
    }

    /**
     * Makes an empty file that this account alone may read.
     *
     * @throws IOException also when the folder belongs to somebody else
     */
    Path create() throws IOException {
        prepare();
        return Files.createTempFile(
                folder, "adapter-%d-".formatted(ProcessHandle.current().pid()), ".gguf");
    }

    /** Deletes what processes that ended have left. */
    void sweep() {
        try {
            prepare();
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "adapter-*.gguf")) {
                for (Path file : files) {
                    if (isAbandoned(String.valueOf(file.getFileName()))) {
                        Files.deleteIfExists(file);
                    }
                }
            }
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("path", folder)
                    .addKeyValue("reason", e.getMessage())
                    .log("Old copies of adapters not deleted");
        }
    }

    private static boolean isAbandoned(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return false;
        }
        long pid = Long.parseLong(Objects.requireNonNull(matcher.group(1)));
        // Of this process there is none yet: another one had its number.
        return pid == ProcessHandle.current().pid()
                || ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty();
    }

    private void prepare() throws IOException {
        boolean isPosix = Files.getFileStore(existing(folder)).supportsFileAttributeView("posix");
        try {
            Files.createDirectories(Objects.requireNonNull(folder.toAbsolutePath().getParent()));
            Files.createDirectory(
                    folder,
                    isPosix
                            ? new FileAttribute<?>[] {
                                PosixFilePermissions.asFileAttribute(OURS_ALONE)
                            }
                            : new FileAttribute<?>[0]);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("\"%s\" is no directory".formatted(folder), e);
            }
        }
        if (isPosix
                && !Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS)
                        .equals(OURS_ALONE)) {
            // Fails where the folder is somebody else's.
            Files.setPosixFilePermissions(folder, OURS_ALONE);
        }
    }

    private static Path existing(Path path) {
        Path at = path.toAbsolutePath();
        while (!Files.exists(at) && at.getParent() != null) {
            at = at.getParent();
        }
        return at;
    }
}
