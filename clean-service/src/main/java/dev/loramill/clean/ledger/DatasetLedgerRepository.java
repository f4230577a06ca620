package dev.loramill.clean.ledger;

import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import dev.loramill.paging.KeysetRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Datasets with their counts. */
@ApplicationScoped
class DatasetLedgerRepository implements KeysetRepository<DatasetLedger, String> {
    /** The ledger of a dataset, made where there is none; nobody else changes it meanwhile. */
    DatasetLedger lock(String id) {
        DatasetLedger found = findById(id, LockModeType.PESSIMISTIC_WRITE);
        if (found != null) {
            return found;
        }
        // Another replica may make it at the same moment: this waits for it, and does nothing.
        getEntityManager()
                .createNativeQuery(
                        "INSERT INTO dataset (id, seen_at) VALUES (:id, :now) ON CONFLICT DO NOTHING")
                .setParameter("id", id)
                .setParameter("now", Instant.now())
                .executeUpdate();
        return findByIdOptional(id, LockModeType.PESSIMISTIC_WRITE).orElseThrow();
    }

    /**
     * Datasets, the newest first, one more than the page's limit when there are so many.
     *
     * @throws RefusedException when the page is to begin after a dataset that is not known here
     */
    List<DatasetLedger> page(PageRequest page) {
        return page(
                page,
                List.of("seenAt", "id"),
                last(page.after()),
                List.of("state <> :deleted"),
                Map.of("deleted", DatasetLedger.DELETED));
    }

    private List<Object> last(@Nullable String id) {
        if (id == null) {
            return List.of();
        }
        DatasetLedger last =
                findByIdOptional(id)
                        .orElseThrow(() ->
                                RefusedException.invalid(
                                        "invalid_value",
                                        "after",
                                        "after must be the id of a dataset, got \"%s\""
                                                .formatted(id)));
        return List.of(last.seenAt, last.id);
    }
}
