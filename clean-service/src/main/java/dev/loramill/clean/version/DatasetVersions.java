package dev.loramill.clean.version;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.events.EventJson;
import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Frozen versions and their files. */
@ApplicationScoped
public class DatasetVersions {
    private final DatasetVersionRepository versions;
    private final ArtifactStore store;

    DatasetVersions(DatasetVersionRepository versions, ArtifactStore store) {
        this.versions = versions;
        this.store = store;
    }

    /**
     * A version.
     *
     * @throws RefusedException when there is none
     */
    @Transactional
    public DatasetVersion version(String digest) {
        return versions.findByIdOptional(digest)
                .orElseThrow(() ->
                        RefusedException.missing(
                                "dataset_version_not_found",
                                "version",
                                "there is no dataset version \"%s\"".formatted(digest)));
    }

    /** A version of which every file is still there. */
    @Transactional
    public Optional<DatasetVersion> intact(String digest) {
        return versions.findByIdOptional(digest)
                .filter(version ->
                        store.contains(version.version())
                                && store.contains(version.trainSha256())
                                && store.contains(version.evalSha256()));
    }

    /** A page of the versions, the newest first. */
    @Transactional
    public Page<DatasetVersion> page(PageRequest page) {
        return Page.of(versions.page(page), page.limit(), DatasetVersion::version);
    }

    /** The manifest of a version, as it lies in the store: its digest names the version. */
    public JsonNode manifest(DatasetVersion version) throws IOException {
        try (InputStream in = store.open(version.version())) {
            // All of it, so that the digest is checked before anything is answered.
            return EventJson.mapper().readTree(in.readAllBytes());
        }
    }

    /** The bytes of an artifact; its digest is checked while it is read. */
    public InputStream artifact(String sha256) throws IOException {
        return store.open(sha256);
    }
}
