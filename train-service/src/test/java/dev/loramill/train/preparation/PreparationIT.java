package dev.loramill.train.preparation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.train.stack.SharedTrainStack;
import dev.loramill.train.stack.TrainStack;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedTrainStack.class)
class PreparationIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TrainStack stack;

    PreparationIT(TrainStack stack) {
        this.stack = stack;
    }

    @Test
    void slowFreezeOfOneJobKeepsNoOtherJobWaiting() {
        String slow = stack.unique("file");
        String first = create(slow);
        String slowDataset = String.valueOf(stack.ingest().openedOn(slow));
        stack.clean().hold(slowDataset);
        stack.clean().clean(slowDataset);
        String quick = stack.unique("file");
        String second = create(quick);
        stack.clean().clean(String.valueOf(stack.ingest().openedOn(quick)));

        stack.awaitJob(second, "queued");

        assertThat(stack.job(first).path("status").asText()).isEqualTo("validating_files");
        stack.clean().release(slowDataset);
        stack.awaitJob(first, "queued");
        cancel(first);
        cancel(second);
    }

    @Test
    void answerThatNeverCameIsAskedForAgain() {
        String file = stack.unique("file");
        stack.ingest().hold(file, TrainStack.digest(file), "fine-tune");
        String job = create(file);
        String dataset = String.valueOf(stack.ingest().openedOn(file));
        // The first request is passed over, and whoever cleaned the rows told nobody.
        stack.clean().hold(dataset);
        stack.clean().clean(dataset);
        stack.clean().release(dataset);

        assertThat(stack.awaitJob(job, "queued").path("dataset_version").asText()).hasSize(64);
        cancel(job);
    }

    @Test
    void twoJobsWithOneRequestGetOneVersion() {
        String file = stack.unique("file");
        String first = create(file);
        String second = create(file);
        stack.clean().clean(String.valueOf(stack.ingest().openedOn(file)));

        String version = stack.awaitJob(first, "queued").path("dataset_version").asText();

        assertThat(stack.awaitJob(second, "queued").path("dataset_version").asText())
                .isEqualTo(version);
        await().atMost(PATIENCE)
                .until(() ->
                        stack.messages(second)
                                .contains("Files validated, moving job to queued state"));
        cancel(first);
        cancel(second);
    }

    private String create(String file) {
        stack.ingest().hold(file, TrainStack.digest(file), "fine-tune");
        return stack.post(
                        "/v1/fine_tuning/jobs",
                        "{\"model\":\"%s\",\"training_file\":\"%s\"}"
                                .formatted(TrainStack.BASE, file))
                .at("/id");
    }

    private void cancel(String job) {
        stack.post("/v1/fine_tuning/jobs/" + job + "/cancel", "");
    }
}
