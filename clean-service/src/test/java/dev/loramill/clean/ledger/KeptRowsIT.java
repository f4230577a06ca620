package dev.loramill.clean.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.local.LocalPostgres;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptRowsIT {
    private static final int ROWS = 12_000;

    @TempDir static Path directory;
    private static LocalPostgres postgres;
    private int openCursors = -1;

    @BeforeAll
    static void start() throws Exception {
        postgres = LocalPostgres.start(directory, 0);
        postgres.createDatabase("kept");
        try (Connection connection = postgres.dataSource("kept").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE row_outcome (dataset_id text, outcome text, digest text,"
                            + " messages text)");
            statement.execute(
                    "INSERT INTO row_outcome SELECT 'ds', 'kept', lpad(n::text, 64, '0'), '[]' FROM"
                            + " generate_series(1, %d) AS n".formatted(ROWS));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        postgres.close();
    }

    @Test
    void digestsComeInPortionsNotAllAtOnce() throws SQLException {
        assertThat(new KeptRows(connections(false), "ds").digests()).hasSize(ROWS);

        assertThat(openCursors).as("cursors open while digests are read").isEqualTo(1);
    }

    @Test
    void outsideATransactionDigestsAreRefused() {
        KeptRows rows = new KeptRows(connections(true), "ds");

        assertThatThrownBy(rows::digests)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("\"ds\" must be read in a transaction");
    }

    /** Connections that look, at the first row of a result, whether the server holds a cursor. */
    private DataSource connections(boolean isAutoCommit) {
        DataSource dataSource = postgres.dataSource("kept");
        return wrap(
                DataSource.class,
                dataSource,
                made -> {
                    if (!(made instanceof Connection connection)) {
                        return made;
                    }
                    connection.setAutoCommit(isAutoCommit);
                    return wrap(
                            Connection.class,
                            connection,
                            prepared ->
                                    prepared instanceof PreparedStatement statement
                                            ? wrap(
                                                    PreparedStatement.class,
                                                    statement,
                                                    result -> look(connection, result))
                                            : prepared);
                });
    }

    private Object look(Connection connection, Object result) throws SQLException {
        if (result instanceof ResultSet rows) {
            try (Statement statement = connection.createStatement();
                    ResultSet cursors =
                            statement.executeQuery(
                                    "SELECT count(*) FROM pg_cursors WHERE statement LIKE"
                                            + " 'SELECT DISTINCT digest%'")) {
                cursors.next();
                openCursors = cursors.getInt(1);
            }
            return rows;
        }
        return result;
    }

    private interface Seen {
        Object replace(Object returned) throws SQLException;
    }

    private static <T> T wrap(Class<T> type, T inner, Seen seen) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (_, method, arguments) -> {
                            try {
                                Object returned = method.invoke(inner, arguments);
                                return returned == null ? null : seen.replace(returned);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        }));
    }
}
