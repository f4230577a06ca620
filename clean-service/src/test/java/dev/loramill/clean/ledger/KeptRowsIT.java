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
import java.util.ArrayList;
import java.util.List;
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

    @Test
    void longRowsComeOneByOneAndShortOnesManyAtOnce() throws SQLException {
        List<String> digests = new ArrayList<>();
        try (Connection connection = postgres.dataSource("kept").getConnection();
                PreparedStatement insert =
                        connection.prepareStatement(
                                "INSERT INTO row_outcome VALUES ('long', 'kept', ?, ?)")) {
            for (int i = 0; i < 40; i++) {
                boolean isLong = i % 2 == 0;
                String text = "x".repeat(isLong ? 600_000 : 10);
                insert.setString(1, "d" + i);
                insert.setString(2, "[{\"role\":\"user\",\"content\":\"" + text + "\"}]");
                insert.executeUpdate();
                digests.add("d" + i);
            }
        }
        List<String> seen = new ArrayList<>();
        List<Integer> heldAtOnce = new ArrayList<>();

        new KeptRows(connections(false), "long")
                .<SQLException>forEachChunk(
                        digests,
                        rows -> {
                            heldAtOnce.add(
                                    rows.stream()
                                            .mapToInt(row ->
                                                    row.messages().getFirst().content().length())
                                            .sum());
                            rows.forEach(row -> seen.add(row.digest()));
                        });

        assertThat(seen).isEqualTo(digests);
        assertThat(heldAtOnce)
                .allMatch(size -> size <= KeptRows.CHUNK_BYTES)
                .hasSizeBetween(20, 21);
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
