package dev.loramill.ingest.upload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.ingest.stack.IngestStack;
import dev.loramill.ingest.stack.SharedIngestStack;
import dev.loramill.stack.HttpAnswer;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The database goes at the moment in which an upload is counted, and is back at once. */
@ExtendWith(SharedIngestStack.class)
class LeftUploadsIT {
    private static final String ROWS =
            """
            {"question":"Why?","answer":"So."}
            {"question":"Where?","answer":"There."}
            """;

    private final IngestStack stack;

    LeftUploadsIT(IngestStack stack) {
        this.stack = stack;
    }

    /** Of each upload the first count loses its connection; a sequence is not rolled back. */
    @BeforeEach
    void cutTheConnectionOfTheFirstCount() throws SQLException {
        stack.execute("CREATE SEQUENCE counts");
        stack.execute(
                """
                CREATE FUNCTION cut_first_count() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF nextval('counts') = 1 THEN
                        PERFORM pg_terminate_backend(pg_backend_pid());
                    END IF;
                    RETURN NEW;
                END $$
                """);
        stack.execute(
                """
                CREATE TRIGGER first_count BEFORE UPDATE ON row_source FOR EACH ROW
                WHEN (NEW.state = 'published') EXECUTE FUNCTION cut_first_count()
                """);
    }

    @AfterEach
    void leaveTheConnectionsAlone() throws SQLException {
        stack.execute("DROP TRIGGER first_count ON row_source");
        stack.execute("DROP FUNCTION cut_first_count");
        stack.execute("DROP SEQUENCE counts");
    }

    @Test
    void aBatchThatWasPublishedButNotCountedIsCountedWithoutRestartOrRepetition() {
        String dataset = stack.post("/v1/datasets", "{}").at("/id");

        HttpAnswer unsure = stack.postRows(dataset, ROWS.getBytes(UTF_8));

        assertThat(unsure.status()).as(unsure.text()).isEqualTo(503);
        awaitRows(dataset);
        assertThat(stack.post("/v1/datasets/" + dataset + "/seal", "").at("/row_count"))
                .isEqualTo("2");
    }

    @Test
    void aFileThatWasPublishedButNotCountedIsCountedAndSealed() {
        String file = stack.upload("rows.jsonl", ROWS.getBytes(UTF_8)).at("/id");

        String dataset = stack.post("/v1/datasets", "{\"file\":\"%s\"}".formatted(file)).at("/id");

        JsonNode sealed = stack.awaitSealed(dataset);
        assertThat(sealed.path("row_count").asLong()).isEqualTo(2);
    }

    @Test
    void aBatchOfAReplicaThatWasKilledIsTakenUpByAnother() throws SQLException {
        String dataset = stack.post("/v1/datasets", "{}").at("/id");
        String sha256 = stack.upload("rows.jsonl", ROWS.getBytes(UTF_8)).at("/sha256");
        stack.execute(
                """
                INSERT INTO row_source (dataset_id, source_id, sha256, is_whole, state, created_at,
                                        claimed_by, claimed_until)
                VALUES ('%s', 'batch/left', '%s', false, 'pending', now(), 'another', now() + interval '8 s')
                """
                        .formatted(dataset, sha256));

        HttpAnswer busy = stack.postRows(dataset, ROWS.getBytes(UTF_8), "Idempotency-Key", "left");

        assertThat(busy.status()).as(busy.text()).isEqualTo(409);
        assertThat(busy.at("/error/code")).isEqualTo("rows_pending");
        awaitRows(dataset);
    }

    private void awaitRows(String dataset) {
        await().atMost(Duration.ofSeconds(40))
                .until(() -> stack.get("/v1/datasets/" + dataset).at("/row_count").equals("2"));
    }
}
