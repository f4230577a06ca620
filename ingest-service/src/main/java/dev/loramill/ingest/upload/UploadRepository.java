package dev.loramill.ingest.upload;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Uploads in the database, within the transaction of whoever asks. */
@ApplicationScoped
public class UploadRepository implements PanacheRepositoryBase<Upload, UploadId> {
    /** Uploads that are accepted and not yet counted, oldest first. */
    List<UploadId> pending() {
        return find("state = ?1 order by createdAt", Upload.State.PENDING).stream()
                .map(Upload::id)
                .toList();
    }

    /** How many uploads of a dataset are accepted and not yet counted. */
    public long countPending(String datasetId) {
        return count("id.datasetId = ?1 and state = ?2", datasetId, Upload.State.PENDING);
    }
}
