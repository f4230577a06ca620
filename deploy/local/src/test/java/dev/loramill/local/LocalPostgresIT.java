package dev.loramill.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalPostgresIT {
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
