package dev.loramill.outbox.legacy;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Runs code in a database transaction of its own. */
public final class Transactions {
    private Transactions() {}

    /** What to do in a transaction. */
    @FunctionalInterface
    public interface Body<T extends @Nullable Object> {
        /** Does it, and may throw to have it undone. */
        T run(Connection tx) throws SQLException;
    }

    /** What to do in a transaction, without a result. */
    @FunctionalInterface
    public interface VoidBody {
        /** Does it, and may throw to have it undone. */
        void run(Connection tx) throws SQLException;
    }

    /**
     * Commits when the body returns, rolls back when it throws.
     *
     * @throws SQLException what the body or the database threw; nothing was changed then, except
     *     that the outcome of a connection lost during the commit itself is unknown
     */
    public static <T extends @Nullable Object> T call(DataSource dataSource, Body<T> body)
            throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            T result;
            try {
                result = body.run(connection);
                connection.commit();
            } catch (Throwable e) {
                rollBack(connection, e);
                throw e;
            }
            connection.setAutoCommit(true);
            return result;
        }
    }

    /**
     * Commits when the body returns, rolls back when it throws.
     *
     * @throws SQLException what the body or the database threw; nothing was changed then, except
     *     that the outcome of a connection lost during the commit itself is unknown
     */
    public static void run(DataSource dataSource, VoidBody body) throws SQLException {
        Transactions.<@Nullable Object>call(
                dataSource,
                tx -> {
                    body.run(tx);
                    return null;
                });
    }

    private static void rollBack(Connection connection, Throwable cause) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }
}
