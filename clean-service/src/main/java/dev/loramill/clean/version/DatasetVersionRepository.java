package dev.loramill.clean.version;

import dev.loramill.http.PageRequest;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Frozen versions. */
@ApplicationScoped
class DatasetVersionRepository implements PanacheRepositoryBase<DatasetVersion, String> {
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

    /** Versions, the newest first, one more than the page's limit when there are so many. */
    List<DatasetVersion> page(PageRequest page) {
        DatasetVersion last = page.after() == null ? null : findById(page.after());
        var query =
                last == null
                        ? find("order by createdAt desc, version desc")
                        : find(
                                "(createdAt, version) < (?1, ?2) order by createdAt desc, version desc",
                                last.createdAt,
                                last.version);
        return query.range(0, page.limit()).list();
    }
}
