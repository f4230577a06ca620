package dev.loramill.ingest.upload;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;

/** Uploads in the database, within the transaction of whoever asks. */
@ApplicationScoped
public class UploadRepository implements PanacheRepositoryBase<Upload, UploadId> {
    /**
     * Uploads that are accepted and not yet counted and that nobody publishes, oldest first.
     *
     * @param most greatest number of them
     */
    List<UploadId> unclaimed(int most) {
        return getSession()
                .createNativeQuery(
                        """
                        SELECT dataset_id, source_id FROM row_source
                        WHERE state = 'pending'
                          AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
                        ORDER BY created_at LIMIT :most
                        """,
                        Object[].class)
                .setParameter("most", most)
                .stream()
                .map(row -> new UploadId((String) row[0], (String) row[1]))
                .toList();
    }

    /**
     * Has one owner publish a pending upload, by the clock of the database; again to go on.
     *
     * @param owner whoever publishes it, and nobody else
     * @return false when somebody else publishes it, or it is not pending
     */
    boolean claim(UploadId id, String owner, Duration time) {
        return getEntityManager()
                        .createNativeQuery(
                                """
                                UPDATE row_source
                                SET claimed_by = :owner,
                                    claimed_until = clock_timestamp() + make_interval(secs => :secs)
                                WHERE dataset_id = :dataset AND source_id = :source
                                  AND state = 'pending'
                                  AND (claimed_by = :owner OR claimed_until IS NULL
                                       OR claimed_until < clock_timestamp())
                                """)
                        .setParameter("owner", owner)
                        .setParameter("secs", (double) time.toSeconds())
                        .setParameter("dataset", id.datasetId())
                        .setParameter("source", id.source())
                        .executeUpdate()
                == 1;
    }

    /** Ends a claim. */
    void release(UploadId id, String owner) {
        getEntityManager()
                .createNativeQuery(
                        """
                        UPDATE row_source SET claimed_by = NULL, claimed_until = NULL
                        WHERE dataset_id = :dataset AND source_id = :source AND claimed_by = :owner
                        """)
                .setParameter("owner", owner)
                .setParameter("dataset", id.datasetId())
                .setParameter("source", id.source())
                .executeUpdate();
    }

    /** Digests of the bytes of a dataset's uploads. */
    public List<String> digests(String datasetId) {
        return list("id.datasetId", datasetId).stream().map(Upload::sha256).distinct().toList();
    }

    /** How many uploads of a dataset are accepted and not yet counted. */
    public long countPending(String datasetId) {
        return count("id.datasetId = ?1 and state = ?2", datasetId, Upload.State.PENDING);
    }
}
