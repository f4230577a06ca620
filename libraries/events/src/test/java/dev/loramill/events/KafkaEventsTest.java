package dev.loramill.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class KafkaEventsTest {
    private static final String DIGEST = "a".repeat(64);
    private static final RecipeReference RECIPE = new RecipeReference("none", DIGEST);

    private final RowReceived row =
            new RowReceived(
                    "ds-1",
                    new RowOrigin("file-1", 7),
                    DIGEST,
                    List.of(
                            new ChatMessage("user", "Why?"),
                            new ChatMessage("assistant", "Because.")),
                    RECIPE);

    @Test
    void anEventComesBackEqualFromItsRecord() {
        EventEnvelope sent =
                new EventEnvelope(
                        "id-1",
                        URI.create("/loramill/ingest"),
                        Instant.parse("2026-01-02T03:04:05Z"),
                        row);

        ProducerRecord<String, byte[]> record = KafkaEvents.record(sent);

        assertThat(record.topic()).isEqualTo(Topics.ROWS_RECEIVED);
        assertThat(record.key()).isEqualTo("ds-1/" + DIGEST);
        assertThat(KafkaEvents.read(record.headers(), record.value())).isEqualTo(sent);
    }

    @Test
    void aRowThatIsSentAgainHasTheSameHeaders() {
        URI source = URI.create("/loramill/ingest");
        Instant time = Instant.parse("2026-01-02T03:04:05Z");
        RowReceived next =
                new RowReceived(
                        row.datasetId(),
                        new RowOrigin("file-1", 8),
                        row.digest(),
                        row.messages(),
                        row.recipe());

        assertThat(KafkaEvents.headers(EventEnvelope.of(source, time, row)))
                .isEqualTo(KafkaEvents.headers(EventEnvelope.of(source, time, row)));
        assertThat(EventEnvelope.of(source, row).id())
                .isEqualTo(EventEnvelope.of(source, row).id())
                .isNotEqualTo(EventEnvelope.of(source, next).id());
    }

    @Test
    void twoEqualEventsOfADatasetAreTwoEvents() {
        URI source = URI.create("/loramill/ingest");
        DatasetSealed sealed = new DatasetSealed("ds-1", "n", RECIPE, 3, 1);

        assertThat(EventEnvelope.of(source, sealed).id())
                .isNotEqualTo(EventEnvelope.of(source, sealed).id());
    }

    @Test
    void derivedPropertiesStayOutOfTheBody() {
        String json = new String(EventJson.write(row), StandardCharsets.UTF_8);

        assertThat(json).doesNotContain("subject", "\"key\"");
    }

    @Test
    void aNullableComponentMayBeMissing() {
        byte[] json =
                """
                {"datasetId":"ds-1","origin":{"source":"file-1","line":3},"stage":"INGEST",
                 "rule":"not-json","reason":"line 3 is not JSON","original":"{"}
                """
                        .getBytes(StandardCharsets.UTF_8);

        assertThat(EventJson.read(RowRejected.class, json).recipe()).isNull();
    }

    @Test
    void aMissingComponentIsNamed() {
        byte[] json =
                """
                {"attempt":{"jobId":"j","attempt":1,"epoch":1,"workerId":"w"},"step":1}
                """
                        .getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> EventJson.read(TrainingCheckpointed.class, json))
                .isInstanceOf(UnreadableEventException.class)
                .hasMessageContaining("TrainingCheckpointed.checkpoint is missing");
    }

    @Test
    void anUnknownFieldIsIgnored() {
        byte[] json =
                """
                {"datasetId":"ds-1","name":"n","recipe":{"name":"none","digest":"%s"},
                 "rowCount":3,"refusedCount":1,"invented":true}
                """
                        .formatted(DIGEST)
                        .getBytes(StandardCharsets.UTF_8);

        assertThat(EventJson.read(DatasetSealed.class, json).rowCount()).isEqualTo(3);
    }

    @Test
    void anUnknownTypeIsNamed() {
        ProducerRecord<String, byte[]> record =
                KafkaEvents.record(EventEnvelope.of(URI.create("/x"), row));
        record.headers().remove("ce_type");
        record.headers().add("ce_type", "loramill.row.eaten.v9".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> KafkaEvents.read(record.headers(), record.value()))
                .isInstanceOf(UnreadableEventException.class)
                .hasMessageContaining("loramill.row.eaten.v9");
    }
}
