package dev.loramill.train.registry;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;

/** What serving replicas last said of adapters. */
@ApplicationScoped
class AdapterServingRepository implements PanacheRepositoryBase<AdapterServing, AdapterServing.Id> {
    /**
     * Notes what a replica says.
     *
     * @return whether it says something else than before
     */
    boolean note(AdapterServing.Id id, String report, Instant reportedAt) {
        AdapterServing before = findById(id);
        if (before == null) {
            persist(new AdapterServing(id, report, reportedAt));
            return true;
        }
        boolean isNews = !before.report.equals(report);
        before.report = report;
        before.reportedAt = reportedAt;
        return isNews;
    }
}
