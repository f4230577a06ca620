package dev.loramill.ingest.submitted;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.RowReceived;
import dev.loramill.events.RowRejected;
import dev.loramill.events.Topics;
import dev.loramill.ingest.stack.IngestStack;
import dev.loramill.ingest.stack.SharedIngestStack;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedIngestStack.class)
class SubmittedRowsIT {
    private static final String ROW = "{\"question\":\"Why?\",\"answer\":\"So.\"}";

    private final IngestStack stack;

    SubmittedRowsIT(IngestStack stack) {
        this.stack = stack;
    }

    @Test
    void plainJsonOfAnyProducerReachesItsDataset() {
        String dataset = stack.post("/v1/datasets", "{}").at("/id");
        Map<String, String> header = Map.of("loramill-dataset", dataset);

        submit(ROW, header);
        submit("{\"rows\":[" + ROW + ",{\"question\":\"a\"},7]}", header);
        submit("{\"dataset\":\"%s\",\"row\":%s}".formatted(dataset, ROW), Map.of());
        submit("{\"dataset\":\"%s\",\"rows\":[%s,%s]}".formatted(dataset, ROW, ROW), Map.of());
        submit("not json", header);
        awaitRows(dataset, 8);

        JsonNode sealed = stack.post("/v1/datasets/" + dataset + "/seal", "").json();
        assertThat(sealed.path("row_count").asLong()).isEqualTo(8);
        assertThat(sealed.path("refused_count").asLong()).isEqualTo(3);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> {
                    assertThat(stack.rows(Topics.ROWS_RECEIVED, RowReceived.class, dataset))
                            .hasSize(5)
                            .extracting(row -> row.origin().rowId())
                            .doesNotHaveDuplicates()
                            .allMatch(id -> id.matches("rows\\.submitted/\\d:\\d+"));
                    assertThat(stack.rows(Topics.ROWS_REJECTED, RowRejected.class, dataset))
                            .extracting(RowRejected::rule)
                            .containsExactlyInAnyOrder(
                                    "missing-field", "not-an-object", "not-json");
                });
    }

    @Test
    void recordsOfNoOpenDatasetGoToTheDeadLetters() {
        String sealed = stack.post("/v1/datasets", "{}").at("/id");
        stack.postRows(sealed, ROW.getBytes(UTF_8));
        stack.post("/v1/datasets/" + sealed + "/seal", "");
        String open = stack.post("/v1/datasets", "{}").at("/id");

        submit(ROW, Map.of("loramill-dataset", "unheard-of"));
        submit(ROW, Map.of("loramill-dataset", sealed));
        submit(ROW, Map.of());
        submit(ROW, Map.of("loramill-dataset", open));
        awaitRows(open, 1);

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(reasons())
                                .anyMatch(reason -> reason.contains("\"unheard-of\""))
                                .anyMatch(reason -> reason.contains("takes no rows"))
                                .anyMatch(reason -> reason.contains("no dataset is named")));
        assertThat(stack.get("/v1/datasets/" + sealed).at("/row_count")).isEqualTo("1");
    }

    @Test
    void aRecordThatUnpacksToMegabytesIsADeadLetterOfABeginning() {
        String open = stack.post("/v1/datasets", "{}").at("/id");
        Map<String, Object> config =
                Map.of(
                        "bootstrap.servers",
                        stack.bootstrapServers(),
                        "compression.type",
                        "gzip",
                        "max.request.size",
                        16 << 20);
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            producer.send(
                    new ProducerRecord<>(
                            Topics.ROWS_SUBMITTED, 0, "any", " ".repeat(7 << 20).getBytes(UTF_8)));
            producer.send(
                    new ProducerRecord<>(
                            Topics.ROWS_SUBMITTED,
                            0,
                            "any",
                            "{\"dataset\":\"%s\",\"row\":%s}"
                                    .formatted(open, ROW)
                                    .getBytes(UTF_8)));
        }

        awaitRows(open, 1);

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(stack.records(Topics.deadLetters(Topics.ROWS_SUBMITTED)))
                                .anySatisfy(letter -> {
                                    assertThat(reason(letter))
                                            .contains(
                                                    "the record has 7,340,032 bytes, allowed are 1,048,576");
                                    assertThat(letter.value()).hasSize(1_024);
                                }));
        assertThat(stack.isServiceRunning()).isTrue();
    }

    @Test
    void rowsOfARecordAreWrittenTogether() throws SQLException {
        String dataset = stack.post("/v1/datasets", "{}").at("/id");
        try (Connection database = stack.database().getConnection();
                Statement statement = database.createStatement()) {
            statement.execute("CREATE SEQUENCE outbox_statements");
            statement.execute(
                    """
                    CREATE FUNCTION count_outbox_statement() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN PERFORM nextval('outbox_statements'); RETURN NULL; END $$
                    """);
            statement.execute(
                    "CREATE TRIGGER outbox_statement AFTER INSERT ON outbox FOR EACH STATEMENT"
                            + " EXECUTE FUNCTION count_outbox_statement()");
            try {
                submit(
                        "{\"dataset\":\"%s\",\"rows\":[%s]}"
                                .formatted(
                                        dataset, String.join(",", Collections.nCopies(1_000, ROW))),
                        Map.of());
                awaitRows(dataset, 1_000);
                try (ResultSet result =
                        statement.executeQuery("SELECT nextval('outbox_statements') - 1")) {
                    assertThat(result.next()).isTrue();
                    assertThat(result.getLong(1)).isBetween(1L, 5L);
                }
            } finally {
                statement.execute("DROP TRIGGER outbox_statement ON outbox");
                statement.execute("DROP FUNCTION count_outbox_statement");
                statement.execute("DROP SEQUENCE outbox_statements");
            }
        }
    }

    @Test
    void recordsAreCountedOnceThoughTheServiceIsKilled() throws Exception {
        String dataset = stack.post("/v1/datasets", "{}").at("/id");
        Map<String, String> header = Map.of("loramill-dataset", dataset);
        int records = 400;

        for (int i = 0; i < records; i++) {
            submit("{\"question\":\"%d\",\"answer\":\"So.\"}".formatted(i), header);
            if (i == records / 2) {
                stack.killService();
            }
        }
        stack.startService();
        awaitRows(dataset, records);
        stack.post("/v1/datasets/" + dataset + "/seal", "");

        assertThat(stack.get("/v1/datasets/" + dataset).at("/row_count"))
                .isEqualTo(Integer.toString(records));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(
                                        stack
                                                .rows(
                                                        Topics.ROWS_RECEIVED,
                                                        RowReceived.class,
                                                        dataset)
                                                .stream()
                                                .map(row -> row.messages().getFirst())
                                                .distinct())
                                .hasSize(records));
    }

    private void submit(String body, Map<String, String> headers) {
        stack.publish(Topics.ROWS_SUBMITTED, "any", body.getBytes(UTF_8), headers);
    }

    private void awaitRows(String dataset, long count) {
        await().atMost(Duration.ofSeconds(40))
                .until(
                        () ->
                                stack.get("/v1/datasets/" + dataset)
                                        .json()
                                        .path("row_count")
                                        .asLong(),
                        rows -> rows >= count);
    }

    private List<String> reasons() {
        return stack.records(Topics.deadLetters(Topics.ROWS_SUBMITTED)).stream()
                .map(SubmittedRowsIT::reason)
                .toList();
    }

    private static String reason(ConsumerRecord<String, byte[]> letter) {
        return new String(letter.headers().lastHeader("dead-letter-reason").value(), UTF_8);
    }
}
