package dev.loramill.ingest.dataset;

import dev.loramill.http.RefusedException;
import dev.loramill.ingest.paging.ListedRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.Optional;

/** Datasets in the database, within the transaction of whoever asks. */
@ApplicationScoped
public class DatasetRepository implements ListedRepository<Dataset> {
    /** Inserts an open dataset; false when there is one of that id, which nobody can miss. */
    public boolean insert(Dataset dataset) {
        return getEntityManager()
                        .createQuery(
                                """
                                insert into Dataset (id, name, recipeName, recipeDigest, fileId,
                                    fileSha256, state, rowCount, refusedCount, createdAt)
                                values (:id, :name, :recipeName, :recipeDigest, :fileId,
                                    :fileSha256, :state, 0L, 0L, :createdAt)
                                on conflict do nothing
                                """)
                        .setParameter("id", dataset.id())
                        .setParameter("name", dataset.name())
                        .setParameter("recipeName", dataset.recipe().name())
                        .setParameter("recipeDigest", dataset.recipe().digest())
                        .setParameter("fileId", dataset.fileId())
                        .setParameter("fileSha256", dataset.fileSha256())
                        .setParameter("state", dataset.state())
                        .setParameter("createdAt", dataset.createdAt())
                        .executeUpdate()
                == 1;
    }

    /** What to tell whoever asks for a dataset that is not there. */
    public static RefusedException missing(String id) {
        return RefusedException.missing(
                "dataset_not_found",
                null,
                "there is no dataset \"%s\"; open it by POST /v1/datasets, or list those there are by GET /v1/datasets"
                        .formatted(id));
    }

    /** Deletes a locked dataset with its uploads, and keeps its id from being given again. */
    public void erase(Dataset dataset, Instant time) {
        getSession()
                .createNativeMutationQuery(
                        "INSERT INTO deleted_dataset (id, deleted_at) VALUES (:id, :time)")
                .setParameter("id", dataset.id())
                .setParameter("time", time)
                .executeUpdate();
        getSession()
                .createNativeMutationQuery("DELETE FROM row_source WHERE dataset_id = :id")
                .setParameter("id", dataset.id())
                .executeUpdate();
        delete(dataset);
    }

    /** Whether a dataset of that id was deleted. */
    public boolean wasErased(String id) {
        return getSession()
                        .createNativeQuery(
                                "SELECT count(*) FROM deleted_dataset WHERE id = :id", Long.class)
                        .setParameter("id", id)
                        .getSingleResult()
                > 0;
    }

    /** The dataset, which no other transaction can change or add rows to until this one ends. */
    public Optional<Dataset> lock(String id) {
        return findByIdOptional(id, LockModeType.PESSIMISTIC_WRITE);
    }
}
