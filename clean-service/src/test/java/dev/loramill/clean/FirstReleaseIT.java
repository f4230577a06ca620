package dev.loramill.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.clean.stack.CleanStack;
import dev.loramill.events.ChatMessage;
import dev.loramill.events.DatasetCleaned;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.RowCleaned;
import dev.loramill.events.RowCounts;
import dev.loramill.events.RowDigests;
import dev.loramill.events.RowOrigin;
import dev.loramill.events.Topics;
import dev.loramill.stack.HttpAnswer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** A data folder that the release before there were entities filled. */
class FirstReleaseIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final RecipeReference RECIPE =
            new RecipeReference(
                    "of-old", "83d91195f53c96ee11e509bf8972f191e22219289ba9a793a690d21d778b2996");

    @Test
    void recipesLedgersVersionsOffsetsAndWaitingEventsGoOn() throws Exception {
        try (CleanStack stack = CleanStack.prepare()) {
            stack.execute(text("database.sql"));
            LocalArtifactStore store = new LocalArtifactStore(stack.artifacts());
            String frozen = put(store, "manifest.json");
            put(store, "train.jsonl");
            put(store, "eval.jsonl");
            publish(stack, row("ds-behind-the-offset", "file-3:1", 1));
            publish(stack, row("ds-halfway", "file-2:3", 3));

            stack.launch();

            assertThat(stack.get("/v1/recipes/of-old").at("/digest")).isEqualTo(RECIPE.digest());
            JsonNode halfway = stack.awaitCleaned("ds-halfway");
            assertThat(halfway.path("kept").asInt()).isEqualTo(2);
            assertThat(halfway.path("rejected").asInt()).isOne();
            assertThat(halfway.at("/recipe/name").asText()).isEqualTo("of-old");
            assertThat(stack.get("/v1/ledgers/ds-behind-the-offset").status()).isEqualTo(404);
            HttpAnswer changed = stack.get("/v1/ledgers/ds-frozen/rows?outcome=changed");
            assertThat(changed.at("/data/0/before/1/content")).isEqualTo("Hi, There. Bye.");
            assertThat(changed.at("/data/0/rules_applied/1")).isEqualTo("sign-off");

            String version = "/v1/dataset-versions/" + frozen;
            assertThat(stack.get(version).at("/dataset/id")).isEqualTo("ds-frozen");
            assertThat(stack.get(version + "/train.jsonl").text()).isEqualTo(text("train.jsonl"));
            HttpAnswer again = stack.post("/v1/ledgers/ds-frozen/freeze", "{\"base\":\"tiny\"}");
            assertThat(again.status()).as(again.text()).isEqualTo(200);
            assertThat(again.at("/manifest/format")).isEqualTo("2");
            assertThat(stack.get("/v1/dataset-versions").json().path("data")).hasSize(2);

            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(stack.events(Topics.DATASETS_HISTORY, DatasetCleaned.class))
                                    .containsExactlyInAnyOrder(
                                            new DatasetCleaned(
                                                    "ds-frozen",
                                                    "rows.jsonl",
                                                    RECIPE,
                                                    new RowCounts(2, 2, 0, 0)),
                                            new DatasetCleaned(
                                                    "ds-halfway",
                                                    "half",
                                                    RECIPE,
                                                    new RowCounts(3, 2, 1, 0))));
        }
    }

    /** Returns the digest of what was put. */
    private static String put(LocalArtifactStore store, String file) throws IOException {
        return store.put(new ByteArrayInputStream(bytes(file))).sha256();
    }

    /** A row that was kept as it came. */
    private static RowCleaned row(String dataset, String id, long line) {
        List<ChatMessage> messages =
                List.of(new ChatMessage("user", "When?"), new ChatMessage("assistant", "Then."));
        String digest = RowDigests.of(messages);
        String source = id.substring(0, id.indexOf(':'));
        return new RowCleaned(
                dataset, new RowOrigin(source, line), digest, digest, messages, RECIPE, List.of());
    }

    /** Into the partition that the database has an offset of. */
    private static void publish(CleanStack stack, RowCleaned row) {
        ProducerRecord<String, byte[]> record =
                KafkaEvents.record(
                        Topics.ROWS_CLEANED, EventEnvelope.of(URI.create("/loramill/old"), row));
        stack.publish(
                new ProducerRecord<>(
                        record.topic(), 0, record.key(), record.value(), record.headers()));
    }

    private static String text(String file) throws IOException {
        return new String(bytes(file), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String file) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        FirstReleaseIT.class.getResourceAsStream("/first-release/" + file))) {
            return in.readAllBytes();
        }
    }
}
