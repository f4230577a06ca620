package dev.loramill.clean.freeze;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.loramill.events.EventJson;
import dev.loramill.events.FreezeRequest;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests to freeze datasets. */
@ApplicationScoped
class FreezeRepository implements PanacheRepositoryBase<Freeze, String> {
    /** Name space of the advisory locks of requests. */
    private static final int WORK_LOCKS = 0x46726f7a;

    /**
     * Keeps a request; one that is there already stays as it is, but for the trace of who asked
     * last. Who asks without a trace takes it from nobody that waits. SQL, since the same request
     * may come by two ways at once.
     */
    void keep(
            String requestDigest,
            String datasetId,
            FreezeRequest request,
            @Nullable String traceParent) {
        getEntityManager()
                .createNativeQuery(
                        """
                        INSERT INTO dataset_freeze
                            (request_digest, dataset_id, request, is_awaited, trace_parent,
                             requested_at)
                        VALUES (:digest, :dataset, CAST(:request AS jsonb), false,
                            CAST(:trace AS text), :now)
                        ON CONFLICT (request_digest) DO UPDATE
                            SET trace_parent = EXCLUDED.trace_parent
                            WHERE (EXCLUDED.trace_parent IS NOT NULL
                                    OR NOT dataset_freeze.is_awaited)
                                AND dataset_freeze.trace_parent
                                    IS DISTINCT FROM EXCLUDED.trace_parent
                        """)
                .setParameter("digest", requestDigest)
                .setParameter("dataset", datasetId)
                .setParameter("request", json(request))
                .setParameter("trace", traceParent)
                .setParameter("now", Instant.now())
                .executeUpdate();
    }

    /** Deletes what was asked of a dataset. */
    void deleteOf(String datasetId) {
        delete("datasetId", datasetId);
    }

    /** Notes that an answer by an event is waited for; says whether nobody did before. */
    boolean await(String requestDigest) {
        return update(
                        "isAwaited = true where requestDigest = ?1 and isAwaited = false",
                        requestDigest)
                == 1;
    }

    /** Awaited requests of datasets that are cleaned, the oldest first. */
    List<String> workable(int most) {
        return getEntityManager()
                .createQuery(
                        """
                        select f.requestDigest from Freeze f, DatasetLedger d
                        where d.id = f.datasetId and d.state = 'cleaned' and f.isAwaited
                        order by f.requestedAt
                        """,
                        String.class)
                .setMaxResults(most)
                .getResultList();
    }

    /**
     * Tries to be the only one that works on a request, in any replica; holds until the transaction
     * ends. Not a lock of the row, which others note on that they wait for it meanwhile. The
     * session may then be idle for as long as rows are rendered between two statements.
     *
     * @return whether nobody else works on it
     */
    boolean lockWork(String requestDigest) {
        getEntityManager()
                .createNativeQuery(
                        "SELECT set_config('idle_in_transaction_session_timeout', '600s', true)",
                        String.class)
                .getSingleResult();
        return (Boolean)
                getEntityManager()
                        .createNativeQuery(
                                "SELECT pg_try_advisory_xact_lock(:space, hashtext(:digest))",
                                Boolean.class)
                        .setParameter("space", WORK_LOCKS)
                        .setParameter("digest", requestDigest)
                        .getSingleResult();
    }

    /** Reads a request anew, and keeps others from changing it until the transaction ends. */
    void lock(Freeze freeze) {
        getEntityManager().refresh(freeze, LockModeType.PESSIMISTIC_WRITE);
    }

    private static String json(FreezeRequest request) {
        try {
            return EventJson.mapper().writeValueAsString(request);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write a freeze request as JSON", e);
        }
    }
}
