package dev.loramill.ingest.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RowReceived;
import dev.loramill.events.Topics;
import dev.loramill.ingest.stack.IngestStack;
import dev.loramill.ingest.stack.SharedIngestStack;
import dev.loramill.stack.HttpAnswer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedIngestStack.class)
class FaultsIT {
    private static final byte[] ROW = "{\"question\":\"Why?\",\"answer\":\"So.\"}".getBytes(UTF_8);
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /** How long a loss may stay unnoticed. */
    private static final Duration NOTICED = Duration.ofSeconds(5);

    private final IngestStack stack;

    FaultsIT(IngestStack stack) {
        this.stack = stack;
    }

    @Test
    void fileIsReadToItsEndUnderTheSameRowIdsThoughTheServiceIsKilledMidway() throws Exception {
        int rows = 60_000;
        StringBuilder content = new StringBuilder();
        for (int i = 0; i < rows; i++) {
            content.append(
                    "{\"question\":\"Number %d?\",\"answer\":\"%s %d.\"}\n"
                            .formatted(i, "It is, as far as we know, ".repeat(20), i));
        }
        String file = stack.upload("many.jsonl", content.toString().getBytes(UTF_8)).at("/id");
        long before = stack.recordCount(Topics.ROWS_RECEIVED);

        String dataset = stack.post("/v1/datasets", "{\"file\":\"%s\"}".formatted(file)).at("/id");
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(PATIENCE)
                .until(() -> stack.recordCount(Topics.ROWS_RECEIVED) > before);
        stack.killService();
        long publishedAtKill = stack.recordCount(Topics.ROWS_RECEIVED) - before;
        stack.startService();
        JsonNode sealed = stack.awaitSealed(dataset);

        assertThat(publishedAtKill).as("killed midway").isBetween(1L, rows - 1L);
        assertThat(sealed.path("row_count").asLong()).isEqualTo(rows);
        List<RowReceived> received = stack.rows(Topics.ROWS_RECEIVED, RowReceived.class, dataset);
        assertThat(received).as("some rows were published twice").hasSizeGreaterThan(rows);
        Map<String, String> digests = new HashMap<>();
        for (RowReceived row : received) {
            String digest = digests.putIfAbsent(row.origin().rowId(), row.digest());
            assertThat(digest == null || digest.equals(row.digest())).isTrue();
        }
        assertThat(digests).hasSize(rows);
        assertThat(
                        stack.records(Topics.ROWS_RECEIVED).stream()
                                .map(KafkaEvents::read)
                                .filter(sent ->
                                        sent.event() instanceof RowReceived row
                                                && row.datasetId().equals(dataset))
                                .map(sent -> sent.id() + " " + sent.time())
                                .distinct())
                .as("a row that is sent again is the same event")
                .hasSize(rows);
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(stack.events(Topics.DATASETS_HISTORY, DatasetSealed.class))
                                .filteredOn(seal -> seal.datasetId().equals(dataset))
                                .singleElement()
                                .extracting(DatasetSealed::rowCount)
                                .isEqualTo((long) rows));
    }

    @Test
    void absentBrokerTurnsReadinessRedAndIntakeAwayUntilItIsBack() throws Exception {
        String dataset = stack.post("/v1/datasets", "{}").at("/id");
        stack.stopKafka();
        try {
            // Whether or not the service has noticed yet: it says no, and keeps what it accepted.
            HttpAnswer unnoticed =
                    stack.postRows(dataset, ROW, "Idempotency-Key", "while-the-broker-went");
            assertAway(unnoticed);
            await().atMost(NOTICED).until(this::isBrokerMissed);
            assertThat(stack.readiness()).isEqualTo(503);
            assertThat(stack.get("/q/health/live").status()).isEqualTo(200);
            assertAway(stack.postRows(dataset, "{}".getBytes(UTF_8)));
            assertAway(stack.post("/v1/datasets", "{}"));
        } finally {
            stack.startKafka();
        }
        stack.awaitReady();

        HttpAnswer again = stack.postRows(dataset, ROW, "Idempotency-Key", "while-the-broker-went");
        assertThat(again.status()).as(again.text()).isEqualTo(200);
        JsonNode sealed =
                await().atMost(PATIENCE)
                        .until(
                                () -> stack.post("/v1/datasets/" + dataset + "/seal", ""),
                                answer -> answer.status() == 200)
                        .json();
        assertThat(sealed.path("row_count").asLong()).isEqualTo(1);
        assertThat(
                        stack.rows(Topics.ROWS_RECEIVED, RowReceived.class, dataset).stream()
                                .map(row -> row.origin().rowId())
                                .distinct())
                .containsExactly("batch/while-the-broker-went:1");
    }

    @Test
    void absentDatabaseTurnsReadinessRedAndIntakeAwayUntilItIsBack() throws Exception {
        String dataset = stack.post("/v1/datasets", "{}").at("/id");
        stack.stopPostgres();
        try {
            assertAway(stack.postRows(dataset, ROW));
            assertAway(stack.get("/v1/datasets/" + dataset));
            assertAway(stack.upload("a.jsonl", ROW));
            await().atMost(NOTICED).until(() -> stack.readiness() == 503);
            assertThat(stack.get("/q/health/live").status()).isEqualTo(200);
        } finally {
            stack.startPostgres();
        }
        stack.awaitReady();

        assertThat(stack.postRows(dataset, ROW).status()).isEqualTo(200);
        assertThat(stack.get("/v1/datasets/" + dataset).at("/row_count")).isEqualTo("1");
    }

    @Test
    void lostArtifactIsToldAndTheDatasetIsNotSealed() throws Exception {
        String dataset = stack.post("/v1/datasets", "{}").at("/id");
        stack.postRows(dataset, ROW);
        byte[] content = "{\"question\":\"Lost?\",\"answer\":\"Yes.\"}".getBytes(UTF_8);
        HttpAnswer file = stack.upload("lost.jsonl", content);
        String sha256 = file.at("/sha256");
        Path artifact =
                stack.artifacts()
                        .resolve(Path.of("ingest", "sha256", sha256.substring(0, 2), sha256));
        Files.delete(artifact);

        String lost =
                stack.post("/v1/datasets", "{\"file\":\"%s\"}".formatted(file.at("/id"))).at("/id");
        JsonNode told =
                await().atMost(PATIENCE)
                        .until(
                                () -> stack.get("/v1/datasets/" + lost).json(),
                                body -> body.hasNonNull("error"));

        assertThat(told.path("state").asText()).isEqualTo("open");
        assertThat(told.at("/error/message").asText()).contains(sha256);
        assertThat(stack.post("/v1/datasets/" + lost + "/seal", "").at("/error/code"))
                .isEqualTo("dataset_faulty");
    }

    private boolean isBrokerMissed() {
        return StreamSupport.stream(
                        stack.get("/q/health/ready").json().path("checks").spliterator(), false)
                .map(check -> check.at("/data/kafka"))
                .anyMatch(kafka -> kafka.isTextual() && !kafka.asText().equals("ok"));
    }

    private static void assertAway(HttpAnswer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(answer.at("/error/type")).isEqualTo("server_error");
        assertThat(answer.at("/error/code")).isEqualTo("service_unavailable");
    }
}
