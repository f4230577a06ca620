package dev.loramill.train.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.finetuning.jobs.FineTuningJob;
import com.openai.models.finetuning.jobs.FineTuningJobEvent;
import com.openai.models.finetuning.jobs.JobCreateParams;
import com.openai.models.finetuning.jobs.JobListEventsParams;
import com.openai.models.finetuning.jobs.JobListParams;
import com.openai.models.finetuning.jobs.checkpoints.CheckpointListParams;
import com.openai.models.finetuning.jobs.checkpoints.FineTuningJobCheckpoint;
import dev.loramill.events.AttemptAssigned;
import dev.loramill.stack.HttpAnswer;
import dev.loramill.train.stack.Reports;
import dev.loramill.train.stack.ScriptedWorker;
import dev.loramill.train.stack.SharedTrainStack;
import dev.loramill.train.stack.TrainStack;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The official Java client drives the service without a change. */
@ExtendWith(SharedTrainStack.class)
class OpenAiClientIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TrainStack stack;
    private final OpenAIClient client;

    OpenAiClientIT(TrainStack stack) {
        this.stack = stack;
        this.client =
                OpenAIOkHttpClient.builder()
                        .baseUrl(stack.url() + "/v1")
                        .apiKey("unused")
                        .maxRetries(0)
                        .build();
    }

    @AfterEach
    void closeClient() {
        client.close();
    }

    @Test
    void jobOnAFileIsCreatedFollowedAndFinished() {
        String file = stack.unique("file");
        stack.ingest().hold(file, TrainStack.digest(file), "fine-tune");
        FineTuningJob created =
                client.fineTuning()
                        .jobs()
                        .create(
                                JobCreateParams.builder()
                                        .model(TrainStack.BASE)
                                        .trainingFile(file)
                                        .suffix("client")
                                        .seed(11)
                                        .metadata(
                                                JobCreateParams.Metadata.builder()
                                                        .putAdditionalProperty(
                                                                "team", JsonValue.from("it"))
                                                        .build())
                                        .putAdditionalBodyProperty(
                                                "recipe", JsonValue.from("medical-forum"))
                                        .build());
        assertThat(created.status()).isEqualTo(FineTuningJob.Status.VALIDATING_FILES);
        assertThat(created.trainingFile()).isEqualTo(file);
        assertThat(created.error()).isEmpty();
        assertThat(created.fineTunedModel()).isEmpty();
        assertThat(created.resultFiles()).isEmpty();
        assertThat(created.hyperparameters().nEpochs().orElseThrow().isAuto()).isTrue();
        assertThat(created.seed()).isEqualTo(11);
        String id = created.id();

        await().atMost(PATIENCE).until(() -> stack.ingest().openedOn(file) != null);
        String dataset = String.valueOf(stack.ingest().openedOn(file));
        assertThat(stack.ingest().recipeOf(dataset)).isEqualTo("medical-forum");
        stack.clean().clean(dataset);
        try (ScriptedWorker worker = stack.worker()) {
            AttemptAssigned assigned = worker.awaitAssignment(id, 1);
            Reports reports = new Reports(stack, assigned);
            worker.report(reports.started(0), reports.evaluated(0, 2.5));
            for (int step = 1; step <= 15; step++) {
                worker.report(reports.progressed(step), reports.checkpointed(step));
            }
            worker.report(reports.evaluated(15, 2.0), reports.finished("client's " + id));
            stack.awaitJob(id, "succeeded");
        }

        FineTuningJob done = client.fineTuning().jobs().retrieve(id);
        assertThat(done.status()).isEqualTo(FineTuningJob.Status.SUCCEEDED);
        assertThat(done.fineTunedModel().orElseThrow()).startsWith("ft:tiny-base:loramill:client:");
        assertThat(done.trainedTokens()).contains(10_000L);
        assertThat(done.finishedAt()).isPresent();
        assertThat(done.hyperparameters().nEpochs().orElseThrow().asInteger()).isEqualTo(3);
        assertThat(done.method().orElseThrow().supervised()).isPresent();
        assertThat(done.metadata().orElseThrow()._additionalProperties())
                .containsEntry("team", JsonValue.from("it"));

        // The pager goes on until it meets an empty page.
        List<FineTuningJobEvent> events =
                client
                        .fineTuning()
                        .jobs()
                        .listEvents(
                                JobListEventsParams.builder().fineTuningJobId(id).limit(7).build())
                        .autoPager()
                        .stream()
                        .toList();
        assertThat(events).extracting(FineTuningJobEvent::id).doesNotHaveDuplicates();
        assertThat(events.getFirst().message()).isEqualTo("The job has successfully completed");
        assertThat(events.getLast().message()).isEqualTo("Created fine-tuning job: " + id);
        assertThat(events)
                .filteredOn(event -> event.message().startsWith("Step 3/"))
                .singleElement()
                .satisfies(event ->
                        assertThat(event.type().orElseThrow())
                                .isEqualTo(FineTuningJobEvent.Type.METRICS));

        List<FineTuningJobCheckpoint> checkpoints =
                client
                        .fineTuning()
                        .jobs()
                        .checkpoints()
                        .list(CheckpointListParams.builder().fineTuningJobId(id).limit(4).build())
                        .autoPager()
                        .stream()
                        .toList();
        assertThat(checkpoints)
                .extracting(FineTuningJobCheckpoint::stepNumber)
                .containsExactlyElementsOf(
                        IntStream.iterate(15, step -> step >= 1, step -> step - 1)
                                .mapToObj(step -> (long) step)
                                .toList());
        assertThat(checkpoints.getFirst().metrics().fullValidLoss()).contains(2.0);
        assertThat(checkpoints.getFirst().metrics().trainLoss()).isPresent();
        assertThat(checkpoints.getFirst().fineTunedModelCheckpoint())
                .isEqualTo(done.fineTunedModel().orElseThrow() + ":ckpt-step-15");
    }

    @Test
    void jobsAreListedNewestFirstAndByTheirMetadata() {
        String team = stack.unique("team");
        List<String> ids = IntStream.range(0, 5).mapToObj(i -> createCancelled(team)).toList();

        List<String> listed =
                client
                        .fineTuning()
                        .jobs()
                        .list(
                                JobListParams.builder()
                                        .limit(2)
                                        .metadata(
                                                JobListParams.Metadata.builder()
                                                        .putAdditionalProperty("team", team)
                                                        .build())
                                        .build())
                        .autoPager()
                        .stream()
                        .map(FineTuningJob::id)
                        .toList();

        assertThat(listed).containsExactlyElementsOf(ids.reversed());
        assertThat(
                        stack.get(
                                        "/v1/fine_tuning/jobs?after="
                                                + ids.getFirst()
                                                + "&metadata[team]="
                                                        .replace("[", "%5B")
                                                        .replace("]", "%5D")
                                                + team)
                                .text())
                .contains("\"data\":[]", "\"has_more\":false");
        assertThat(stack.get("/v1/fine_tuning/jobs?metadata=null&limit=100").text())
                .doesNotContain(ids);
        assertThat(stack.get("/v1/fine_tuning/jobs?after=ftjob-none").status()).isEqualTo(400);
        assertThat(stack.get("/v1/fine_tuning/jobs?limit=0").status()).isEqualTo(400);
    }

    @Test
    void theSameRequestUnderTheSameKeyIsOneJob() throws Exception {
        String version = stack.clean().freeze(stack.unique("ds"), 512);
        String body =
                "{\"model\":\"%s\",\"dataset\":\"%s\",\"seed\":3}"
                        .formatted(TrainStack.BASE, version);
        String key = stack.unique("key");
        HttpAnswer first = createUnder(key, body);
        // Two that come at the same moment, as when a client does not wait for an answer.
        CompletableFuture<HttpAnswer> beside =
                CompletableFuture.supplyAsync(() -> createUnder(key + "-2", body));
        HttpAnswer second = createUnder(key + "-2", body);

        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertThat(createUnder(key, body).at("/id")).isEqualTo(first.at("/id"));
        HttpAnswer other = createUnder(key, body.replace("3}", "4}"));
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.at("/error/code")).isEqualTo("idempotency_key_reused");
        assertThat(second.status()).as(second.text()).isEqualTo(200);
        assertThat(beside.get(60, TimeUnit.SECONDS).at("/id"))
                .isEqualTo(second.at("/id"))
                .isNotEqualTo(first.at("/id"));
        client.fineTuning().jobs().cancel(first.at("/id"));
        client.fineTuning().jobs().cancel(second.at("/id"));
    }

    private HttpAnswer createUnder(String key, String body) {
        return stack.http()
                .send(
                        stack.http()
                                .request("/v1/fine_tuning/jobs")
                                .header("Content-Type", "application/json")
                                .header("Idempotency-Key", key)
                                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    @Test
    void cancelledJobIsCancelledForGood() {
        String id = createCancelled(stack.unique("team"));

        FineTuningJob again = client.fineTuning().jobs().cancel(id);

        assertThat(again.status()).isEqualTo(FineTuningJob.Status.CANCELLED);
        assertThat(again.finishedAt()).isPresent();
    }

    @Test
    void unknownBaseFileRecipeVersionAndJobAreRefusedWithWhatIsKnown() {
        String file = stack.unique("file");
        stack.ingest().hold(file, TrainStack.digest(file), "fine-tune");
        String wrongPurpose = stack.unique("file");
        stack.ingest().hold(wrongPurpose, TrainStack.digest(wrongPurpose), "batch");

        refused(params("gpt-9", file), "unsupported_model", "gpt-9", TrainStack.BASE);
        refused(params(TrainStack.BASE, "file-none"), "file_not_found", "file-none");
        refused(params(TrainStack.BASE, wrongPurpose), "invalid_training_file", "batch");
        refused(
                params(TrainStack.BASE, file)
                        .putAdditionalBodyProperty("recipe", JsonValue.from("secret")),
                "recipe_not_found",
                "secret",
                "none, medical-forum");
        refused(
                params(TrainStack.BASE, "a".repeat(64)),
                "dataset_version_not_found",
                "a".repeat(64));
        refused(
                params(TrainStack.BASE, stack.clean().freezeForAnotherBase("foreign")),
                "invalid_training_file",
                "another",
                "e".repeat(64),
                stack.contract().baseDigest());
        assertThatThrownBy(() -> client.fineTuning().jobs().retrieve("ftjob-none"))
                .isInstanceOfSatisfying(
                        NotFoundException.class,
                        e -> assertThat(e.code()).contains("job_not_found"));
        assertThat(stack.get("/v1/nothing").at("/error/message")).isNotEmpty();
        assertThat(stack.post("/v1/fine_tuning/jobs", "{\"model\":").at("/error/code"))
                .isEqualTo("invalid_json");
    }

    @Test
    void allFaultsOfARequestAreToldAtOnce() {
        String text =
                stack.post(
                                "/v1/fine_tuning/jobs",
                                "{\"seed\":-1,\"lora\":{\"rank\":0},\"temperature\":1}")
                        .at("/error/message");

        assertThat(text)
                .contains("model is required")
                .contains("training_file is required")
                .contains("seed must be a whole number in [0, 2147483647], got -1")
                .contains("lora.rank must be a whole number in [1, 256], got 0")
                .contains("\"temperature\" is not a known field");
    }

    @Test
    void jobIsNotCreatedWhileAServiceIsAwayAndWaitsForOneThatLeaves() throws Exception {
        String file = stack.unique("file");
        stack.ingest().hold(file, TrainStack.digest(file), "fine-tune");
        String body =
                "{\"model\":\"%s\",\"training_file\":\"%s\"}".formatted(TrainStack.BASE, file);
        stack.clean().stop();
        var away = stack.post("/v1/fine_tuning/jobs", body);
        stack.clean().restart();

        assertThat(away.status()).isEqualTo(503);
        assertThat(away.headers().firstValue("Retry-After")).isPresent();
        assertThat(away.at("/error/message")).contains("clean-service", "no job was created");

        String id = stack.post("/v1/fine_tuning/jobs", body).at("/id");
        stack.ingest().stop();
        await().atMost(PATIENCE)
                .until(
                        () -> stack.messages(id),
                        messages ->
                                messages.stream()
                                        .anyMatch(message ->
                                                message.contains("ingest-service")
                                                        && message.endsWith("it is tried again")));
        stack.ingest().restart();
        stack.clean().clean(String.valueOf(stack.ingest().openedOn(file)));

        assertThat(stack.awaitJob(id, "queued").path("dataset_version").asText()).hasSize(64);
        client.fineTuning().jobs().cancel(id);
    }

    @Test
    void jobFailsWhenItsFileCannotBeReadOrNoRowIsLeft() {
        String unreadable = stack.unique("file");
        stack.ingest().hold(unreadable, TrainStack.digest(unreadable), "fine-tune");
        stack.ingest().breakFile(unreadable, "the file is gone");
        refused(
                params(TrainStack.BASE, unreadable),
                "invalid_training_file",
                unreadable,
                "the file is gone");
        String broken = stack.unique("file");
        stack.ingest().hold(broken, TrainStack.digest(broken), "fine-tune");
        String first =
                client.fineTuning().jobs().create(params(TrainStack.BASE, broken).build()).id();
        stack.ingest().breakFile(broken, "the file was lost");
        String empty = stack.unique("file");
        stack.ingest().hold(empty, TrainStack.digest(empty), "fine-tune");
        String second =
                client.fineTuning().jobs().create(params(TrainStack.BASE, empty).build()).id();
        stack.clean().keep(0);
        stack.clean().clean(String.valueOf(stack.ingest().openedOn(empty)));

        stack.awaitJob(first, "failed");
        stack.awaitJob(second, "failed");
        stack.clean().keep(90);

        FineTuningJob failed = client.fineTuning().jobs().retrieve(first);
        assertThat(failed.error().orElseThrow().code()).isEqualTo("invalid_training_file");
        assertThat(failed.error().orElseThrow().message()).contains(broken, "the file was lost");
        assertThat(client.fineTuning().jobs().retrieve(second).error().orElseThrow().message())
                .contains("no row of the dataset is left");
        assertThatThrownBy(() -> client.fineTuning().jobs().cancel(first))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("has failed already");
    }

    private static JobCreateParams.Builder params(String model, String file) {
        return JobCreateParams.builder().model(model).trainingFile(file);
    }

    private void refused(JobCreateParams.Builder params, String code, String... mentioned) {
        assertThatThrownBy(() -> client.fineTuning().jobs().create(params.build()))
                .isInstanceOfSatisfying(
                        BadRequestException.class,
                        e -> {
                            assertThat(e.code()).contains(code);
                            assertThat(e).hasMessageContainingAll(mentioned);
                        });
    }

    private String createCancelled(String team) {
        String id =
                client.fineTuning()
                        .jobs()
                        .create(
                                params(
                                                TrainStack.BASE,
                                                stack.clean().freeze(stack.unique("ds"), 512))
                                        .metadata(
                                                JobCreateParams.Metadata.builder()
                                                        .putAdditionalProperty(
                                                                "team", JsonValue.from(team))
                                                        .build())
                                        .build())
                        .id();
        assertThat(client.fineTuning().jobs().cancel(id).status())
                .isEqualTo(FineTuningJob.Status.CANCELLED);
        return id;
    }
}
