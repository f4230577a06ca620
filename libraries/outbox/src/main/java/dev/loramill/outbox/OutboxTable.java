package dev.loramill.outbox;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import org.hibernate.StatelessSession;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code outbox}. A statement writes many rows, because events come by the thousand; the
 * database numbers them, which an entity with a generated id would do one at a time.
 */
@ApplicationScoped
class OutboxTable {
    /** Name spaces of the advisory locks: of keys, and of the one relay that is at work. */
    private static final int KEY_LOCKS = 0x4c6f7261;

    private static final int RELAY_LOCK = KEY_LOCKS + 1;

    /** Bounds the locks that one transaction can hold. */
    private static final int KEY_LOCK_COUNT = 1024;

    /** Bounds the memory that one statement takes. */
    private static final int ROWS_PER_STATEMENT = 1_000;

    /** For the rows {@code w}. */
    private static final String NOT_BEHIND_A_PARKED_ONE =
            """
            AND NOT EXISTS (SELECT 1 FROM outbox p
                            WHERE p.parked_at IS NOT NULL AND p.topic = w.topic
                              AND md5(p.record_key) = md5(w.record_key) AND p.id < w.id)
            """;

    private final StatelessSession session;

    OutboxTable(StatelessSession session) {
        this.session = session;
    }

    /**
     * Waits for other transactions that publish under a key of these rows; taken in one order, so
     * that none waits for another in a circle.
     */
    void lockKeys(List<OutboxRow> rows) {
        Integer[] locks =
                rows.stream()
                        .filter(row -> row.key != null)
                        .map(row -> Math.floorMod(row.keyHash(), KEY_LOCK_COUNT))
                        .distinct()
                        .sorted()
                        .toArray(Integer[]::new);
        session.createNativeQuery(
                        "SELECT count(pg_advisory_xact_lock(:space, k)) FROM unnest(:locks) AS k",
                        Long.class)
                .setParameter("space", KEY_LOCKS)
                .setParameter("locks", locks)
                .getSingleResult();
    }

    void insert(List<OutboxRow> rows) {
        for (int from = 0; from < rows.size(); from += ROWS_PER_STATEMENT) {
            insertChunk(rows.subList(from, Math.min(rows.size(), from + ROWS_PER_STATEMENT)));
        }
    }

    private void insertChunk(List<OutboxRow> rows) {
        session.createNativeMutationQuery(
                        """
                        INSERT INTO outbox (topic, record_key, value, headers)
                        SELECT r.topic, r.record_key, r.value, r.headers
                        FROM unnest(:topics, :keys, :values, :headers)
                             WITH ORDINALITY AS r (topic, record_key, value, headers, number)
                        ORDER BY r.number
                        """)
                .setParameter("topics", rows.stream().map(row -> row.topic).toArray(String[]::new))
                .setParameter("keys", rows.stream().map(row -> row.key).toArray(byte[][]::new))
                .setParameter("values", rows.stream().map(row -> row.value).toArray(byte[][]::new))
                .setParameter(
                        "headers", rows.stream().map(row -> row.headers).toArray(String[]::new))
                .executeUpdate();
    }

    /**
     * Whether this transaction is the one that may send until its end. It waits for Kafka as long
     * as that takes, which for others would be a sign that their process stands still.
     */
    boolean tryLockForRelay() {
        return session.createNativeQuery(
                        "SELECT pg_try_advisory_xact_lock(:lock, 0) FROM set_config('idle_in_transaction_session_timeout', '0', true)",
                        Boolean.class)
                .setParameter("lock", RELAY_LOCK)
                .getSingleResult();
    }

    /**
     * The first rows that may be sent: none that is parked, and none behind a parked one of its
     * topic and key.
     *
     * @param count greatest number of rows
     * @param bytes no more rows once so many bytes are reached; one row is returned in any case
     * @param hasParked whether there are parked rows at all; without them nothing is looked for
     */
    List<OutboxRow> first(int count, long bytes, boolean hasParked) {
        return session.createNativeQuery(
                        """
                        SELECT o.* FROM outbox o JOIN (
                            SELECT id, sum(bytes) OVER (ORDER BY id) - bytes AS before
                            FROM (SELECT id,
                                         coalesce(octet_length(value), 0)::bigint
                                             + octet_length(headers) AS bytes
                                  FROM outbox w WHERE parked_at IS NULL %s
                                  ORDER BY id LIMIT :count) AS sized
                        ) AS summed USING (id)
                        WHERE summed.before < :bytes ORDER BY o.id
                        """
                                .formatted(hasParked ? NOT_BEHIND_A_PARKED_ONE : ""),
                        OutboxRow.class)
                .setParameter("count", count)
                .setParameter("bytes", bytes)
                .list();
    }

    /** A row that Kafka will never take. */
    record Refusal(OutboxRow row, String reason) {}

    void park(List<Refusal> refusals) {
        for (Refusal refusal : refusals) {
            session.createNativeMutationQuery(
                            "UPDATE outbox SET parked_at = clock_timestamp(), parked_reason = :reason WHERE id = :id")
                    .setParameter("reason", refusal.reason())
                    .setParameter("id", refusal.row().id)
                    .executeUpdate();
        }
    }

    /** What is parked, oldest first. */
    List<ParkedRecord> parked(int count) {
        return session
                .createNativeQuery(
                        """
                        SELECT id, topic, record_key, octet_length(value), parked_reason, parked_at,
                               (SELECT count(*) FROM outbox w
                                WHERE w.parked_at IS NULL AND w.topic = p.topic
                                  AND md5(w.record_key) = md5(p.record_key) AND w.id > p.id)
                        FROM outbox p WHERE parked_at IS NOT NULL ORDER BY id LIMIT :count
                        """,
                        Object[].class)
                .setParameter("count", count)
                .stream()
                .map(ParkedRecord::of)
                .toList();
    }

    /** How many are parked, and since when the oldest of them. */
    ParkedSummary parkedSummary() {
        Object[] found =
                session.createNativeQuery(
                                "SELECT count(*), min(parked_at) FROM outbox WHERE parked_at IS NOT NULL",
                                Object[].class)
                        .getSingleResult();
        return new ParkedSummary(((Number) found[0]).longValue(), ParkedRecord.instant(found[1]));
    }

    /** Parked rows as a whole. */
    record ParkedSummary(long count, @Nullable Instant since) {}

    /** Lets a parked row be sent again; false when there is none with the id. */
    boolean release(long id) {
        return session.createNativeMutationQuery(
                                "UPDATE outbox SET parked_at = NULL, parked_reason = NULL WHERE id = :id AND parked_at IS NOT NULL")
                        .setParameter("id", id)
                        .executeUpdate()
                == 1;
    }

    /** Deletes a parked row; false when there is none with the id. */
    boolean drop(long id) {
        return session.createNativeMutationQuery(
                                "DELETE FROM outbox WHERE id = :id AND parked_at IS NOT NULL")
                        .setParameter("id", id)
                        .executeUpdate()
                == 1;
    }

    void delete(List<OutboxRow> rows) {
        session.createNativeMutationQuery("DELETE FROM outbox WHERE id = ANY (:ids)")
                .setParameter("ids", rows.stream().map(row -> row.id).toArray(Long[]::new))
                .executeUpdate();
    }

    long count() {
        return session.createSelectionQuery("SELECT count(*) FROM OutboxRow", Long.class)
                .getSingleResult();
    }
}
