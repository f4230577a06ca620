package dev.loramill.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.AttemptAssigned;
import dev.loramill.train.stack.ScriptedWorker;
import dev.loramill.train.stack.TrainStack;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A database that the release before there were entities filled; it wrote the JSON itself. */
class FirstReleaseIT {
    private static final String LIVE = "ft:tiny-base:loramill::11111111";
    private static final String HELD = "ft:tiny-base:loramill::22222222";
    private static final long LAST_EPOCH = 6;

    @Test
    void jobsAdaptersAndEpochsGoOn() throws Exception {
        try (TrainStack stack = TrainStack.prepare()) {
            stack.execute(database());
            stack.ingest().hold("file-old", TrainStack.digest("file-old"), "fine-tune");

            stack.launch(Map.of());

            JsonNode done = stack.job("ftjob-done");
            assertThat(done.path("status").asText()).isEqualTo("succeeded");
            assertThat(done.path("fine_tuned_model").asText()).isEqualTo(LIVE);
            assertThat(done.path("trained_tokens").asLong()).isEqualTo(10_000);
            assertThat(stack.messages("ftjob-done"))
                    .containsExactly(
                            "Created fine-tuning job: ftjob-done",
                            "Step 2/10: training loss=2.8000",
                            "The job has successfully completed");
            assertThat(
                            stack.get("/v1/fine_tuning/jobs/ftjob-done/checkpoints")
                                    .at("/data/0/step_number"))
                    .isEqualTo("2");

            assertThat(stack.get("/v1/adapters/" + LIVE).at("/state")).isEqualTo("live");
            assertThat(stack.get("/v1/adapters/" + HELD).at("/evaluation/base_eval_loss"))
                    .isEqualTo("2.5");
            assertThat(stack.post("/v1/adapters/" + HELD + "/promote", "").at("/state"))
                    .isEqualTo("live");

            stack.clean().clean("ds-old");
            assertThat(stack.awaitJob("ftjob-waiting", "queued").path("metadata").path("team"))
                    .hasToString("\"old\"");
            assertThat(stack.post("/v1/fine_tuning/jobs/ftjob-waiting/cancel", "").at("/status"))
                    .isEqualTo("cancelled");
            assertThat(stack.post("/v1/fine_tuning/jobs/ftjob-queued/cancel", "").at("/status"))
                    .isEqualTo("cancelled");
            try (ScriptedWorker worker = stack.worker()) {
                AttemptAssigned again = worker.awaitAssignment("ftjob-running", 2);
                assertThat(again.attempt().epoch()).isGreaterThan(LAST_EPOCH);
            }
        }
    }

    private static String database() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        FirstReleaseIT.class.getResourceAsStream("/first-release/database.sql"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
