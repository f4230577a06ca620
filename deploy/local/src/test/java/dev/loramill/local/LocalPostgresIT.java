package dev.loramill.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalPostgresIT {
    private static final String INVALID_PASSWORD = "28P01";
    private static final String NO_PASSWORD = "08004";
    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final String UNTRUSTED_RULES =
            "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'";

    @TempDir Path directory;

    @Test
    void makesCommitsDurable() throws Exception {
        try (LocalPostgres postgres = LocalPostgres.start(directory.resolve("data"), 0)) {
            assertThat(single(postgres, "postgres", "SHOW fsync")).isEqualTo("on");
            assertThat(single(postgres, "postgres", "SHOW synchronous_commit")).isEqualTo("on");
            assertThat(single(postgres, "postgres", "SHOW full_page_writes")).isEqualTo("on");
            assertThat(single(postgres, "postgres", "SHOW server_version")).startsWith("18.");
        }
    }

    @Test
    void keepsDatabasesOverARestart() throws Exception {
        try (LocalPostgres postgres = LocalPostgres.start(directory.resolve("data"), 0)) {
            postgres.createDatabase("loramill_trial");
            execute(postgres, "loramill_trial", "CREATE TABLE note (text text)");
            execute(postgres, "loramill_trial", "INSERT INTO note VALUES ('kept')");
        }

        try (LocalPostgres postgres = LocalPostgres.start(directory.resolve("data"), 0)) {
            postgres.createDatabase("loramill_trial");

            assertThat(single(postgres, "loramill_trial", "SELECT text FROM note"))
                    .isEqualTo("kept");
        }
    }

    @Test
    void takesNobodyWithoutThePasswordOfTheRole() throws Exception {
        Path data = directory.resolve("data");
        try (LocalPostgres postgres = LocalPostgres.start(data, 0)) {
            for (String guessed : List.of("", "postgres", "loramill")) {
                assertThat(refusal(postgres, "postgres", "postgres", guessed))
                        .as("password \"%s\"", guessed)
                        .isIn(INVALID_PASSWORD, NO_PASSWORD);
            }
            assertThat(single(postgres, "postgres", "SHOW unix_socket_directories")).isEmpty();
            assertThat(single(postgres, "postgres", UNTRUSTED_RULES)).isEqualTo("0");
            assertThat(
                            single(
                                    postgres,
                                    "postgres",
                                    "SELECT rolpassword FROM pg_authid"
                                            + " WHERE rolname = 'postgres'"))
                    .startsWith("SCRAM-SHA-256$");
        }
        assertThat(mode(data)).isEqualTo("rwx------");
        assertThat(mode(directory.resolve("data.passwords"))).isEqualTo("rw-------");
    }

    @Test
    void aRoleOwnsItsDatabaseAndEntersNoOther() throws Exception {
        try (LocalPostgres postgres = LocalPostgres.start(directory.resolve("data"), 0)) {
            assertThat(postgres.createOwnedDatabase("loramill_one")).isFalse();
            assertThat(postgres.createOwnedDatabase("loramill_two")).isFalse();
            String password = postgres.password("loramill_one");
            assertThat(password).isNotEqualTo(postgres.password("loramill_two"));

            try (Connection own = connect(postgres, "loramill_one", "loramill_one", password);
                    Statement statement = own.createStatement()) {
                statement.execute("CREATE TABLE note (text text)");
                for (String command :
                        List.of(
                                "COPY note TO PROGRAM 'cat'",
                                "COPY note FROM '/etc/hostname'",
                                "SELECT pg_read_file('/etc/hostname')",
                                "CREATE DATABASE mine",
                                "CREATE ROLE mine")) {
                    assertThatThrownBy(() -> statement.execute(command))
                            .as(command)
                            .isInstanceOfSatisfying(
                                    SQLException.class,
                                    e ->
                                            assertThat(e.getSQLState())
                                                    .isEqualTo(INSUFFICIENT_PRIVILEGE));
                }
            }
            for (String other : List.of("loramill_two", "postgres", "template1")) {
                assertThat(refusal(postgres, other, "loramill_one", password))
                        .as(other)
                        .isEqualTo(INSUFFICIENT_PRIVILEGE);
            }
        }
    }

    @Test
    void dataOfAnEarlierReleaseGetsPasswordsAndItsTablesPassToTheRole() throws Exception {
        Path data = directory.resolve("data");
        Files.createDirectories(data);
        // As releases before made it: everybody on the machine is trusted.
        try (EmbeddedPostgres earlier =
                        EmbeddedPostgres.builder()
                                .setDataDirectory(data)
                                .setCleanDataDirectory(false)
                                .start();
                Connection connection = earlier.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE loramill_trial");
            try (Connection inside =
                            earlier.getDatabase("postgres", "loramill_trial").getConnection();
                    Statement make = inside.createStatement()) {
                make.execute(
                        "CREATE TABLE note (id bigserial, number bigint GENERATED ALWAYS"
                                + " AS IDENTITY, text text)");
                make.execute("INSERT INTO note (text) VALUES ('kept')");
                make.execute("CREATE VIEW notes AS SELECT * FROM note");
                make.execute("CREATE SEQUENCE counter");
            }
        }

        for (boolean isFirst : List.of(true, false)) {
            try (LocalPostgres postgres = LocalPostgres.start(data, 0)) {
                assertThat(refusal(postgres, "loramill_trial", "postgres", ""))
                        .isIn(INVALID_PASSWORD, NO_PASSWORD);
                assertThat(postgres.createOwnedDatabase("loramill_trial")).isEqualTo(isFirst);

                try (Connection own =
                                connect(
                                        postgres,
                                        "loramill_trial",
                                        "loramill_trial",
                                        postgres.password("loramill_trial"));
                        Statement statement = own.createStatement()) {
                    statement.execute("INSERT INTO note (text) VALUES ('more')");
                    statement.execute("ALTER TABLE note ADD COLUMN at%s int".formatted(isFirst));
                    statement.execute("ALTER SEQUENCE counter RESTART");
                    statement.execute("CREATE OR REPLACE VIEW notes AS SELECT * FROM note");
                    try (ResultSet all = statement.executeQuery("SELECT min(text) FROM note")) {
                        assertThat(all.next()).isTrue();
                        assertThat(all.getString(1)).isEqualTo("kept");
                    }
                }
            }
        }
    }

    @Test
    void lostPasswordsAreMadeAnew() throws Exception {
        Path data = directory.resolve("data");
        try (LocalPostgres postgres = LocalPostgres.start(data, 0)) {
            postgres.createOwnedDatabase("loramill_trial");
        }
        Files.delete(directory.resolve("data.passwords"));

        try (LocalPostgres postgres = LocalPostgres.start(data, 0)) {
            postgres.createOwnedDatabase("loramill_trial");
            connect(
                            postgres,
                            "loramill_trial",
                            "loramill_trial",
                            postgres.password("loramill_trial"))
                    .close();
        }
    }

    private static Connection connect(
            LocalPostgres postgres, String database, String role, String password)
            throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(database), role, password);
    }

    /** SQLSTATE of the refusal. */
    private static String refusal(
            LocalPostgres postgres, String database, String role, String password) {
        try (Connection connection = connect(postgres, database, role, password)) {
            return "connected to " + connection.getCatalog();
        } catch (SQLException e) {
            return String.valueOf(e.getSQLState());
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static void execute(LocalPostgres postgres, String database, String sql)
            throws Exception {
        try (Connection connection = postgres.dataSource(database).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String single(LocalPostgres postgres, String database, String sql)
            throws Exception {
        try (Connection connection = postgres.dataSource(database).getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
            return Objects.requireNonNull(result.getString(1));
        }
    }
}
