package dev.loramill.train.worker;

import dev.loramill.events.AttemptReference;
import dev.loramill.events.WorkerHeartbeat;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.hibernate.Session;

/** The workers that were heard. */
@ApplicationScoped
public class WorkerRepository implements PanacheRepositoryBase<Worker, String> {
    /**
     * SQL, because one statement must decide whether the heartbeat is of a process that a newer one
     * has replaced, and keep what the row knew and the heartbeat does not say.
     */
    private static final String HEARD =
            """
            INSERT INTO worker (id, incarnation, device, memory_bytes, heard_at,
                                running_job, running_attempt, running_epoch, busy_epoch, busy_heard_at)
            VALUES (:id, :incarnation, :device, :memory, :now, :job, :attempt, :epoch, :epoch, :busyAt)
            ON CONFLICT (id) DO UPDATE SET
                incarnation = excluded.incarnation,
                device = excluded.device,
                memory_bytes = excluded.memory_bytes,
                heard_at = excluded.heard_at,
                running_job = excluded.running_job,
                running_attempt = excluded.running_attempt,
                running_epoch = excluded.running_epoch,
                busy_epoch = coalesce(excluded.busy_epoch, worker.busy_epoch),
                busy_heard_at = coalesce(excluded.busy_heard_at, worker.busy_heard_at),
                recalled_epoch = CASE WHEN worker.incarnation = excluded.incarnation
                                      THEN worker.recalled_epoch END
            WHERE worker.incarnation <= excluded.incarnation
            """;

    /** Notes a heartbeat; one of a process that a newer one has replaced is passed over. */
    public void heard(WorkerHeartbeat heartbeat, Instant now) {
        Optional<AttemptReference> running = Optional.ofNullable(heartbeat.running());
        getEntityManager()
                .unwrap(Session.class)
                .createNativeMutationQuery(HEARD)
                .setParameter("id", heartbeat.workerId())
                .setParameter("incarnation", heartbeat.incarnation())
                .setParameter("device", heartbeat.device())
                .setParameter("memory", heartbeat.memoryBytes())
                .setParameter("now", now)
                .setParameter(
                        "job", running.map(AttemptReference::jobId).orElse(null), String.class)
                .setParameter(
                        "attempt",
                        running.map(AttemptReference::attempt).orElse(null),
                        Integer.class)
                .setParameter(
                        "epoch", running.map(AttemptReference::epoch).orElse(null), Long.class)
                .setParameter("busyAt", running.map(_ -> now).orElse(null), Instant.class)
                .executeUpdate();
    }

    /** All workers ever heard, by id. */
    public List<Worker> all() {
        return list("order by id");
    }

    /** Workers heard since a time that run nothing and hold no lease, by id. */
    public List<Worker> free(Instant heardSince) {
        return list(
                """
                from Worker w where w.heardAt > ?1 and w.runningEpoch is null
                and not exists (select 1 from Attempt a
                                where a.workerId = w.id and a.endedAt is null)
                order by w.id
                """,
                heardSince);
    }

    /**
     * Workers that run what is not leased to them and were not told to stop it yet.
     *
     * @param endedBefore an attempt that ended later may still be named by a heartbeat on its way
     */
    public List<Worker> strays(Instant endedBefore) {
        return list(
                """
                from Worker w where w.runningEpoch is not null
                and w.recalledEpoch is distinct from w.runningEpoch
                and not exists (select 1 from Attempt a
                                where a.epoch = w.runningEpoch and a.jobId = w.runningJob
                                and (a.endedAt is null or a.endedAt > ?1))
                order by w.id
                """,
                endedBefore);
    }

    /** Notes that a worker was told to stop what it runs; touches nothing that heartbeats write. */
    public void recalled(AttemptReference attempt) {
        getEntityManager()
                .createNativeQuery("UPDATE worker SET recalled_epoch = :epoch WHERE id = :id")
                .setParameter("epoch", attempt.epoch())
                .setParameter("id", attempt.workerId())
                .executeUpdate();
    }
}
