package dev.loramill.train.attempt;

import dev.loramill.events.AttemptReference;
import dev.loramill.train.worker.Worker;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The attempts that were leased. Whoever changes one holds the lock of its job. */
@ApplicationScoped
public class AttemptRepository implements PanacheRepositoryBase<Attempt, Long> {
    /** Notes that a worker holds the lease of an attempt. */
    public void assigned(AttemptReference attempt, Instant now) {
        persist(new Attempt(attempt, now));
    }

    /** Notes that an attempt has reported. */
    public void reported(AttemptReference attempt, Instant now) {
        findByIdOptional(attempt.epoch()).ifPresent(found -> found.reportedAt = now);
    }

    /** Notes that an attempt is over: its worker no longer holds a lease. */
    public void ended(AttemptReference attempt, String outcome, Instant now) {
        findByIdOptional(attempt.epoch())
                .filter(found -> found.endedAt == null)
                .ifPresent(found -> {
                    found.endedAt = now;
                    found.outcome = outcome;
                });
    }

    /** Leases of all attempts that are not over, oldest first. */
    public List<Lease> leases() {
        return getEntityManager()
                .createQuery(
                        "select a, w from Attempt a left join Worker w on w.id = a.workerId"
                                + " where a.endedAt is null order by a.epoch",
                        Object[].class)
                .getResultStream()
                .map(row -> lease((Attempt) row[0], Optional.ofNullable((Worker) row[1])))
                .toList();
    }

    private static Lease lease(Attempt attempt, Optional<Worker> worker) {
        return new Lease(
                attempt.reference(),
                latest(attempt, worker.flatMap(found -> found.heardBusyWith(attempt.epoch))),
                latest(attempt, worker.flatMap(found -> found.progressedWith(attempt.epoch))));
    }

    private static Instant latest(Attempt attempt, Optional<Instant> heard) {
        return Stream.of(
                        Optional.of(attempt.assignedAt),
                        Optional.ofNullable(attempt.reportedAt),
                        heard)
                .flatMap(Optional::stream)
                .max(Instant::compareTo)
                .orElseThrow();
    }
}
