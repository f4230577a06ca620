package dev.loramill.outbox;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.hibernate.StatelessSession;

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

    /** Whether this transaction is the one that may send until its end. */
    boolean tryLockForRelay() {
        return session.createNativeQuery(
                        "SELECT pg_try_advisory_xact_lock(:lock, 0)", Boolean.class)
                .setParameter("lock", RELAY_LOCK)
                .getSingleResult();
    }

    List<OutboxRow> first(int count) {
        return session.createSelectionQuery("FROM OutboxRow ORDER BY id", OutboxRow.class)
                .setMaxResults(count)
                .list();
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
