package dev.loramill.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Artifacts in a directory of the local disk, as {@code sha256/ab/abcdef…}. Each is written to a
 * temporary file, synced and renamed, so it is there whole or not at all.
 */
public final class LocalArtifactStore implements ArtifactStore {
    private static final int FAN_OUT_DIGITS = 2;

    /** Folders between the directory and a file, the file included. */
    private static final int DEPTH = 3;

    private final Path directory;
    private final TemporaryFiles temporaryFiles;
    private final Map<String, Fingerprint> verified = new ConcurrentHashMap<>();

    /**
     * Opens a store, makes its directory where needed and deletes what writers that died have left.
     *
     * @throws UncheckedIOException when the directory cannot be made or listed
     */
    public LocalArtifactStore(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
        this.temporaryFiles = new TemporaryFiles(this.directory.resolve("tmp"));
        try {
            Files.createDirectories(this.directory.resolve("sha256"));
            Files.createDirectories(temporaryFiles.directory());
            temporaryFiles.sweep(Instant.now());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot open the artifact store \"%s\"; its directory must be writable"
                            .formatted(this.directory),
                    e);
        }
    }

    @Override
    public StoredArtifact put(InputStream content) throws IOException {
        try (ArtifactWriter writer = create()) {
            content.transferTo(writer);
            return writer.commit();
        }
    }

    @Override
    public StoredArtifact putFile(Path file) throws IOException {
        Fingerprint before = Fingerprint.of(file);
        String sha256 = Digests.of(file);
        Path target = file(sha256);
        if (isIntact(sha256, target)) {
            return new StoredArtifact(sha256, before.sizeBytes());
        }
        DurableFiles.syncFile(file);
        Files.createDirectories(DurableFiles.parent(target));
        try {
            Files.createLink(target, file.toRealPath());
        } catch (FileAlreadyExistsException e) {
            // Stored by another at this moment, or damaged: then a copy replaces it.
            return isIntact(sha256, target)
                    ? new StoredArtifact(sha256, before.sizeBytes())
                    : copy(file);
        } catch (IOException | UnsupportedOperationException e) {
            return copy(file);
        }
        if (!Fingerprint.of(file).equals(before)) {
            Files.deleteIfExists(target);
            return copy(file);
        }
        DurableFiles.syncDirectory(DurableFiles.parent(target));
        verified.put(sha256, Fingerprint.of(target));
        return new StoredArtifact(sha256, before.sizeBytes());
    }

    @Override
    public ArtifactWriter create() throws IOException {
        return new LocalArtifactWriter(this, temporaryFiles);
    }

    @Override
    public InputStream open(String sha256) throws IOException {
        Path file = file(sha256);
        try {
            return new VerifyingInputStream(Files.newInputStream(file), file, sha256);
        } catch (NoSuchFileException e) {
            throw missing(sha256, e);
        }
    }

    @Override
    public Path localPath(String sha256) throws IOException {
        Path file = file(sha256);
        Fingerprint fingerprint = fingerprint(sha256, file);
        if (!fingerprint.equals(verified.get(sha256))) {
            String actual = Digests.of(file);
            if (!actual.equals(sha256)) {
                throw new CorruptArtifactException(sha256, actual, file.toString());
            }
            verified.put(sha256, fingerprint);
        }
        return file;
    }

    @Override
    public boolean contains(String sha256) {
        return Files.isRegularFile(file(sha256));
    }

    @Override
    public long sizeBytes(String sha256) throws IOException {
        return fingerprint(sha256, file(sha256)).sizeBytes();
    }

    /**
     * Deletes an artifact; whoever has opened it reads it to its end. That nobody needs it is for
     * the owner of the store to know.
     *
     * @return false when there is none
     */
    public boolean delete(String sha256) throws IOException {
        verified.remove(sha256);
        return Files.deleteIfExists(file(sha256));
    }

    /** Digests of all artifacts that were stored before a time, or not written again since. */
    public List<String> storedBefore(Instant time) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory.resolve("sha256"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = String.valueOf(file.getFileName());
                if (Digests.isSha256(name) && isRegularBefore(file, time)) {
                    found.add(name);
                }
            }
        } catch (UncheckedIOException e) {
            throw new IOException("artifacts of %s cannot be listed".formatted(directory), e);
        }
        return found;
    }

    /** Deletes what writers that died have left; other stores on the directory may be at work. */
    public void deleteLeftovers() throws IOException {
        temporaryFiles.sweep(Instant.now());
    }

    private static boolean isRegularBefore(Path file, Instant time) throws IOException {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return found.isRegularFile() && found.lastModifiedTime().toInstant().isBefore(time);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Takes a written and synced temporary file in; it is left where it is when not needed. */
    void accept(Path temporaryFile, StoredArtifact artifact) throws IOException {
        Path target = file(artifact.sha256());
        if (isIntact(artifact.sha256(), target)) {
            return;
        }
        Path parent = DurableFiles.parent(target);
        boolean isNewParent = !Files.isDirectory(parent);
        Files.createDirectories(parent);
        if (isNewParent) {
            DurableFiles.syncDirectory(DurableFiles.parent(parent));
        }
        DurableFiles.rename(temporaryFile, target);
        verified.put(artifact.sha256(), Fingerprint.of(target));
    }

    private StoredArtifact copy(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return put(in);
        }
    }

    /** Whether the content is stored already; a corrupt file is to be replaced. */
    private boolean isIntact(String sha256, Path target) throws IOException {
        if (!Files.exists(target)) {
            return false;
        }
        try {
            localPath(sha256);
            return true;
        } catch (CorruptArtifactException | MissingArtifactException e) {
            return false;
        }
    }

    /**
     * Where another artifact of the same store would lie, for who knows one only by its file.
     *
     * @param artifact file of an artifact
     * @return empty where the file does not lie in a store
     */
    public static Optional<Path> neighbour(Path artifact, String sha256) {
        Path file = artifact.toAbsolutePath().normalize();
        String name = String.valueOf(file.getFileName());
        Path store = file;
        for (int i = 0; i < DEPTH && store != null; i++) {
            store = store.getParent();
        }
        return store != null && Digests.isSha256(name) && file(store, name).equals(file)
                ? Optional.of(file(store, sha256))
                : Optional.empty();
    }

    private Path file(String sha256) {
        return file(directory, sha256);
    }

    private static Path file(Path directory, String sha256) {
        Digests.requireSha256(sha256);
        return directory
                .resolve("sha256")
                .resolve(sha256.substring(0, FAN_OUT_DIGITS))
                .resolve(sha256);
    }

    private Fingerprint fingerprint(String sha256, Path file) throws IOException {
        try {
            return Fingerprint.of(file);
        } catch (NoSuchFileException e) {
            throw missing(sha256, e);
        }
    }

    private MissingArtifactException missing(String sha256, IOException cause) {
        MissingArtifactException missing =
                new MissingArtifactException(sha256, directory.toString());
        missing.initCause(cause);
        return missing;
    }

    /** What changes when a file is written to. */
    private record Fingerprint(long sizeBytes, FileTime modified) {
        static Fingerprint of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Fingerprint(attributes.size(), attributes.lastModifiedTime());
        }
    }
}
