package dev.loramill.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.events.DatasetOpened;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.RowReceived;
import dev.loramill.events.Topics;
import dev.loramill.ingest.stack.IngestStack;
import dev.loramill.stack.HttpAnswer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** A data folder that the release before there were entities filled. */
class FirstReleaseIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String ROWS =
            """
            {"question":"Why?","answer":"So."}
            {"question":"Where?","answer":"There."}
            """;

    @Test
    void filesDatasetsUploadsOffsetsAndWaitingEventsGoOn() throws Exception {
        try (IngestStack stack = IngestStack.prepare()) {
            stack.execute(resource("/first-release/database.sql"));
            new LocalArtifactStore(stack.artifacts())
                    .put(new ByteArrayInputStream(ROWS.getBytes(UTF_8)));
            for (String question : new String[] {"taken", "taken too", "new"}) {
                stack.publish(
                        new ProducerRecord<>(
                                "loramill.rows.submitted",
                                0,
                                "ds-open",
                                "{\"dataset\":\"ds-open\",\"row\":{\"question\":\"%s\",\"answer\":\"a\"}}"
                                        .formatted(question)
                                        .getBytes(UTF_8)));
            }

            stack.launch();

            HttpAnswer file = stack.get("/v1/files/file-old");
            assertThat(file.at("/filename")).isEqualTo("rows.jsonl");
            assertThat(file.at("/created_at")).isEqualTo("1767323045");
            assertThat(file.at("/format/name")).isEqualTo("question-answer");
            assertThat(stack.get("/v1/files/file-old/content").text()).isEqualTo(ROWS);
            assertThat(stack.get("/v1/datasets/ds-sealed").at("/row_count")).isEqualTo("2");
            assertThat(stack.get("/v1/datasets/ds-failed").text())
                    .contains("the bytes of \\\"file-gone\\\" can no longer be read");
            assertThat(stack.get("/v1/datasets?limit=10").json().path("data")).hasSize(4);

            JsonNode pending = stack.awaitSealed("ds-pending");
            assertThat(pending.path("row_count").asInt()).isEqualTo(2);
            assertThat(stack.rows(Topics.ROWS_RECEIVED, RowReceived.class, "ds-pending"))
                    .extracting(row -> row.origin().rowId())
                    .containsExactlyInAnyOrder("file-old:1", "file-old:2");

            await().atMost(PATIENCE)
                    .until(() -> stack.get("/v1/datasets/ds-open").at("/row_count").equals("3"));
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(
                                            stack.rows(
                                                    Topics.ROWS_RECEIVED,
                                                    RowReceived.class,
                                                    "ds-open"))
                                    .singleElement()
                                    .satisfies(row ->
                                            assertThat(row.messages().getFirst().content())
                                                    .isEqualTo("new")));
            // A batch that was taken before is known by its key.
            assertThat(
                            stack.postRows(
                                            "ds-open",
                                            ROWS.getBytes(UTF_8),
                                            "Idempotency-Key",
                                            "once")
                                    .status())
                    .isEqualTo(200);
            assertThat(stack.post("/v1/datasets/ds-open/seal", "").at("/row_count")).isEqualTo("3");

            assertThat(stack.events(Topics.DATASETS_HISTORY, DatasetOpened.class))
                    .extracting(DatasetOpened::datasetId)
                    .contains("ds-open");
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(stack.events(Topics.DATASETS_HISTORY, DatasetSealed.class))
                                    .extracting(DatasetSealed::datasetId)
                                    .containsExactlyInAnyOrder("ds-pending", "ds-open"));
        }
    }

    private static String resource(String path) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(FirstReleaseIT.class.getResourceAsStream(path))) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
