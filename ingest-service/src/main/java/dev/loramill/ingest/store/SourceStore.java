package dev.loramill.ingest.store;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.ArtifactsConfig;
import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.artifacts.StoredArtifact;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.hibernate.StatelessSession;

/**
 * Bytes of uploads by their digest, in a store that is this service's alone, so that it may delete
 * what nobody needs. What earlier releases put among the artifacts of all services is found there,
 * and stays: under its digest the same bytes may be another service's.
 *
 * <p>Whoever stores bytes and then notes in the database that they are needed does the latter under
 * {@link #hold}; whoever deletes them looks under it that nobody has. It is the last lock that a
 * transaction takes.
 */
@ApplicationScoped
public class SourceStore {
    private final LocalArtifactStore own;
    private final ArtifactStore shared;
    private final StatelessSession session;
    private final Path temporary;

    SourceStore(
            ArtifactStore shared,
            ArtifactsConfig config,
            StatelessSession session,
            @ConfigProperty(name = "quarkus.http.body.uploads-directory") String temporary) {
        this.own = new LocalArtifactStore(config.directory().resolve("ingest"));
        this.shared = shared;
        this.session = session;
        this.temporary = Path.of(temporary);
    }

    /** A new file beside the store for what is not yet accepted; whoever asks deletes it. */
    public Path newTemporary() throws IOException {
        Files.createDirectories(temporary);
        return Files.createTempFile(temporary, "body-", ".tmp");
    }

    /** Stores a file, which may be deleted afterwards. */
    public StoredArtifact put(Path file) throws IOException {
        return own.putFile(file);
    }

    /**
     * Keeps bytes from being deleted until the transaction ends.
     *
     * @return false when they are gone already and have to be stored again
     */
    public boolean hold(String sha256) {
        lock(sha256);
        return own.contains(sha256) || shared.contains(sha256);
    }

    /**
     * Keeps the bytes of a file from being deleted until the transaction ends.
     *
     * @return false when the file was deleted
     */
    public boolean holdFile(String id, String sha256) {
        lock(sha256);
        return session.createNativeQuery("SELECT count(*) FROM file WHERE id = :id", Long.class)
                        .setParameter("id", id)
                        .getSingleResult()
                > 0;
    }

    /** Opens bytes, whose digest is checked while they are read. */
    public InputStream open(String sha256) throws IOException {
        return store(sha256).open(sha256);
    }

    /** A file that holds the bytes, whose digest has been checked. */
    public Path localPath(String sha256) throws IOException {
        return store(sha256).localPath(sha256);
    }

    /** Deletes bytes that nobody needs, within a transaction; false when somebody does. */
    boolean deleteUnneeded(String sha256) throws IOException {
        lock(sha256);
        long references =
                session.createNativeQuery(
                                """
                                SELECT (SELECT count(*) FROM file WHERE sha256 = :sha256)
                                     + (SELECT count(*) FROM row_source WHERE sha256 = :sha256
                                        AND (state = 'pending' OR NOT is_whole))
                                """,
                                Long.class)
                        .setParameter("sha256", sha256)
                        .getSingleResult();
        return references == 0 && own.delete(sha256);
    }

    /** Bytes that were stored before a time. */
    List<String> storedBefore(Instant time) throws IOException {
        own.deleteLeftovers();
        return own.storedBefore(time);
    }

    private ArtifactStore store(String sha256) {
        return own.contains(sha256) ? own : shared;
    }

    private void lock(String sha256) {
        session.createNativeQuery(
                        "SELECT count(pg_advisory_xact_lock(hashtextextended(:sha256, 20261128)))",
                        Long.class)
                .setParameter("sha256", sha256)
                .getSingleResult();
    }
}
