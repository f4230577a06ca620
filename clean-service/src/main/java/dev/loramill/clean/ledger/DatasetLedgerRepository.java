package dev.loramill.clean.ledger;

import dev.loramill.http.PageRequest;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;

/** Datasets with their counts. */
@ApplicationScoped
class DatasetLedgerRepository implements PanacheRepositoryBase<DatasetLedger, String> {
    /** The ledger of a dataset, made where there is none; nobody else changes it meanwhile. */
    DatasetLedger lock(String id) {
        DatasetLedger found = findById(id, LockModeType.PESSIMISTIC_WRITE);
        if (found == null) {
            found = new DatasetLedger(id, Instant.now());
            persist(found);
        }
        return found;
    }

    /** Datasets, the newest first, one more than the page's limit when there are so many. */
    List<DatasetLedger> page(PageRequest page) {
        DatasetLedger last = page.after() == null ? null : findById(page.after());
        var query =
                last == null
                        ? find("order by seenAt desc, id desc")
                        : find(
                                "(seenAt, id) < (?1, ?2) order by seenAt desc, id desc",
                                last.seenAt,
                                last.id);
        return query.range(0, page.limit()).list();
    }
}
