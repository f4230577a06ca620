package dev.loramill.train.worker;

import dev.loramill.events.AttemptReference;
import dev.loramill.events.WorkerHeartbeat;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.hibernate.Session;
import org.hibernate.query.MutationQuery;
import org.hibernate.query.NativeQuery;

/** The workers that were heard. */
@ApplicationScoped
public class WorkerRepository implements PanacheRepositoryBase<Worker, String> {
    /**
     * SQL, because one statement must decide whether the heartbeat is of a process that a newer one
     * has replaced, was sent before, or of another that merely has the same id, and keep what the
     * row knew and the heartbeat does not say. Who has another directory takes an id over when its
     * owner is silent.
     */
    private static final String HEARD =
            """
            INSERT INTO worker (id, incarnation, device, memory_bytes, heard_at,
                                running_job, running_attempt, running_epoch, busy_epoch, busy_heard_at,
                                instance, progress, progressed_at, beat)
            VALUES (:id, :incarnation, :device, :memory, :now, :job, :attempt, :epoch, :epoch, :busyAt,
                    :instance, :progress, :busyAt, :beat)
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
                instance = excluded.instance,
                progress = excluded.progress,
                beat = excluded.beat,
                progressed_at = CASE WHEN worker.running_epoch = excluded.running_epoch
                                          AND worker.progress = excluded.progress
                                     THEN worker.progressed_at
                                     ELSE excluded.progressed_at END,
                recalled_epoch = CASE WHEN worker.incarnation = excluded.incarnation
                                      THEN worker.recalled_epoch END
            WHERE CASE WHEN worker.instance IS NULL THEN
                            excluded.instance IS NOT NULL
                                OR worker.incarnation <= excluded.incarnation
                       WHEN worker.instance = excluded.instance THEN
                            worker.incarnation < excluded.incarnation
                                OR worker.incarnation = excluded.incarnation
                                   AND coalesce(worker.beat < excluded.beat, true)
                       ELSE worker.heard_at NOT BETWEEN :lostBefore AND :notYet END
            """;

    /** What became of a heartbeat. */
    public enum Hearing {
        /** It was noted. */
        TAKEN,
        /** It is of a process that a newer one has replaced, or was heard before. */
        REPLACED,
        /** It is of another process than the one that has the id and lives. */
        RIVAL,
        /** The same, and none was heard for a while before. */
        NEW_RIVAL
    }

    /**
     * Notes a heartbeat.
     *
     * @param lease how long a worker may be silent and keep its id
     */
    public Hearing heard(WorkerHeartbeat heartbeat, Instant now, Duration lease) {
        Optional<AttemptReference> running = Optional.ofNullable(heartbeat.running());
        Optional<String> instance = Optional.ofNullable(heartbeat.instance());
        Optional<Long> progress = Optional.ofNullable(heartbeat.progress());
        MutationQuery query =
                getEntityManager().unwrap(Session.class).createNativeMutationQuery(HEARD);
        query.setParameter("id", heartbeat.workerId())
                .setParameter("incarnation", heartbeat.incarnation())
                .setParameter("device", heartbeat.device())
                .setParameter("memory", heartbeat.memoryBytes())
                .setParameter("now", now)
                .setParameter("lostBefore", now.minus(lease))
                // A clock that was set back has left such times.
                .setParameter("notYet", now.plus(lease))
                .setParameter("instance", instance.orElse(null), String.class)
                .setParameter("progress", progress.orElse(null), Long.class)
                .setParameter("beat", heartbeat.beat(), Long.class)
                .setParameter(
                        "job", running.map(AttemptReference::jobId).orElse(null), String.class)
                .setParameter(
                        "attempt",
                        running.map(AttemptReference::attempt).orElse(null),
                        Integer.class)
                .setParameter(
                        "epoch", running.map(AttemptReference::epoch).orElse(null), Long.class)
                .setParameter("busyAt", running.map(_ -> now).orElse(null), Instant.class);
        int count = query.executeUpdate();
        return count > 0 ? Hearing.TAKEN : passedOver(heartbeat, now, lease);
    }

    private Hearing passedOver(WorkerHeartbeat heartbeat, Instant now, Duration lease) {
        Optional<String> instance = Optional.ofNullable(heartbeat.instance());
        Session session = getEntityManager().unwrap(Session.class);
        NativeQuery<Object[]> query =
                session.createNativeQuery(
                        """
                        SELECT instance IS NOT DISTINCT FROM :instance,
                               rival_heard_at IS NOT NULL
                                   AND rival_heard_at BETWEEN :lostBefore AND :now
                        FROM worker WHERE id = :id FOR UPDATE
                        """,
                        Object[].class);
        query.setParameter("instance", instance.orElse(null), String.class)
                .setParameter("lostBefore", now.minus(lease))
                .setParameter("now", now)
                .setParameter("id", heartbeat.workerId());
        Object[] before = query.getSingleResult();
        if (Boolean.TRUE.equals(before[0])) {
            return Hearing.REPLACED;
        }
        session.createNativeMutationQuery(
                        "UPDATE worker SET rival_instance = :instance, rival_heard_at = :now"
                                + " WHERE id = :id")
                .setParameter("instance", instance.orElse(null), String.class)
                .setParameter("now", now)
                .setParameter("id", heartbeat.workerId())
                .executeUpdate();
        return Boolean.TRUE.equals(before[1]) ? Hearing.RIVAL : Hearing.NEW_RIVAL;
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
