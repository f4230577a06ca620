package dev.loramill.clean.version;

import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import dev.loramill.paging.KeysetRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Frozen versions. */
@ApplicationScoped
class DatasetVersionRepository implements KeysetRepository<DatasetVersion, String> {
    /** Keeps a version; SQL, since two datasets with the same rows may be frozen at once. */
    void keep(DatasetVersion version) {
        getEntityManager()
                .createNativeQuery(
                        """
                        INSERT INTO dataset_version (version, dataset_id, manifest_bytes, base_id,
                            train_rows, eval_rows, train_sha256, eval_sha256, created_at)
                        VALUES (:version, :dataset, :bytes, :base, :train, :eval, :trainSha256,
                            :evalSha256, :created)
                        ON CONFLICT DO NOTHING
                        """)
                .setParameter("version", version.version)
                .setParameter("dataset", version.datasetId)
                .setParameter("bytes", version.manifestBytes)
                .setParameter("base", version.baseId)
                .setParameter("train", version.trainRows)
                .setParameter("eval", version.evalRows)
                .setParameter("trainSha256", version.trainSha256)
                .setParameter("evalSha256", version.evalSha256)
                .setParameter("created", version.createdAt)
                .executeUpdate();
    }

    /**
     * Versions, the newest first, one more than the page's limit when there are so many.
     *
     * @throws RefusedException when the page is to begin after a version that is not there
     */
    List<DatasetVersion> page(PageRequest page) {
        return page(page, List.of("createdAt", "version"), last(page.after()), List.of(), Map.of());
    }

    private List<Object> last(@Nullable String digest) {
        if (digest == null) {
            return List.of();
        }
        DatasetVersion last =
                findByIdOptional(digest)
                        .orElseThrow(() ->
                                RefusedException.invalid(
                                        "invalid_value",
                                        "after",
                                        "after must be a dataset version, got \"%s\""
                                                .formatted(digest)));
        return List.of(last.createdAt, last.version);
    }
}
