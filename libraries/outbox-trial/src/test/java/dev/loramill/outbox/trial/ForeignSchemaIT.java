package dev.loramill.outbox.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ForeignSchemaIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path LOG = Path.of("target", "trial-it.log");

    @Test
    void aDatabaseOfANewerReleaseIsRefusedInASentence() throws Exception {
        assertRefused(
                """
                INSERT INTO flyway_schema_history
                    (installed_rank, version, description, type, script, checksum, installed_by,
                     execution_time, success)
                VALUES (99, '99', 'of tomorrow', 'SQL', 'V99__of_tomorrow.sql', 1, 'test', 1, true)
                """,
                "has schema changes that this release does not know (version 99, \"of tomorrow\")");
    }

    @Test
    void aDatabaseOfAnotherHistoryIsRefusedInASentence() throws Exception {
        assertRefused(
                "UPDATE flyway_schema_history SET checksum = 7 WHERE version = '1'",
                "was made with other schema changes than this release has (version 1, \"trial\")");
    }

    private static void assertRefused(String change, String sentence) throws Exception {
        try (TrialStack stack = TrialStack.start(Map.of())) {
            stack.killService();
            try (Connection connection = stack.database().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(change);
            }
            long before = Files.size(LOG);
            stack.launchService();
            await().atMost(PATIENCE).until(() -> !stack.isServiceRunning());

            List<String> told =
                    Files.readString(LOG)
                            .substring((int) before)
                            .lines()
                            .filter(line ->
                                    !line.contains(" INFO ")
                                            && !line.contains(" WARN ")
                                            && !line.isBlank())
                            .toList();
            assertThat(told).hasSize(1);
            assertThat(told.getFirst())
                    .startsWith("the database at " + stack.databaseAddress() + " " + sentence)
                    .contains("restore a backup");
        }
    }
}
