package dev.loramill.train.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.Topics;
import dev.loramill.messaging.Trace;
import dev.loramill.stack.HttpAnswer;
import dev.loramill.train.stack.Reports;
import dev.loramill.train.stack.ScriptedWorker;
import dev.loramill.train.stack.SharedTrainStack;
import dev.loramill.train.stack.TrainStack;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What of a job's trace goes on, with tracing turned on by its one setting, and without it. */
@ExtendWith(SharedTrainStack.class)
class TracingIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String JOB_TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String OTHER_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final List<String> TOPICS =
            List.of(Topics.FREEZES, Topics.TRAINING_ASSIGNMENTS, Topics.ADAPTERS);

    @Test
    void aJobIsOneTraceAndAChangeOfItsAdapterTheTraceOfWhoChangesIt() throws IOException {
        try (TrainStack stack = TrainStack.start(Map.of("QUARKUS_OTEL_SDK_DISABLED", "false"))) {
            String job = succeed(stack);

            assertThat(stack.ingest().traceParents("/v1/datasets"))
                    .as("the dataset is opened in the job's trace")
                    .isNotEmpty()
                    .allMatch(parent -> parent.contains(JOB_TRACE));
            assertThat(TOPICS)
                    .allSatisfy(topic ->
                            assertThat(traces(stack, topic, job))
                                    .as(topic)
                                    .isNotEmpty()
                                    .containsOnly(JOB_TRACE));

            String adapter = stack.announcements(job).getFirst().adapterId();
            post(stack, "/v1/adapters/%s/retire".formatted(adapter), "", OTHER_TRACE);
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(traces(stack, Topics.ADAPTERS, job))
                                    .containsExactly(JOB_TRACE, OTHER_TRACE));
            assertThatStoppingAJobBelongsToItsTrace(stack);
        }
    }

    private static void assertThatStoppingAJobBelongsToItsTrace(TrainStack stack) {
        String job = create(stack);
        try (ScriptedWorker worker = stack.worker()) {
            AttemptAssigned assigned = worker.awaitAssignment(job, 1);

            post(stack, "/v1/fine_tuning/jobs/%s/cancel".formatted(job), "", OTHER_TRACE);

            worker.awaitCancellation(assigned.attempt());
            assertThat(traces(stack, Topics.TRAINING_ASSIGNMENTS, job))
                    .containsExactly(JOB_TRACE, JOB_TRACE);
        }
    }

    @Test
    void nothingCarriesATraceWhileTracingIsOff(TrainStack stack) {
        String job = succeed(stack);

        assertThat(stack.ingest().traceParents("/v1/datasets")).isEmpty();
        assertThat(TOPICS)
                .allSatisfy(topic ->
                        assertThat(traces(stack, topic, job))
                                .as(topic)
                                .isNotEmpty()
                                .containsOnlyNulls());
    }

    /** Has a job created, trained and its adapter announced; returns the job's id. */
    private static String succeed(TrainStack stack) {
        String job = create(stack);
        try (ScriptedWorker worker = stack.worker()) {
            AttemptAssigned assigned = worker.awaitAssignment(job, 1);
            worker.report(new Reports(stack, assigned).finished("adapter of " + job));
            stack.awaitJob(job, "succeeded");
            await().atMost(PATIENCE).until(() -> !stack.announcements(job).isEmpty());
        }
        return job;
    }

    private static String create(TrainStack stack) {
        String file = stack.unique("file-traced");
        stack.ingest().hold(file, TrainStack.digest(file), "fine-tune");
        HttpAnswer created =
                post(
                        stack,
                        "/v1/fine_tuning/jobs",
                        "{\"model\":\"%s\",\"training_file\":\"%s\"}"
                                .formatted(TrainStack.BASE, file),
                        JOB_TRACE);
        assertThat(created.status()).as(created.text()).isEqualTo(200);
        stack.clean().clean(String.valueOf(stack.ingest().openedOn(file)));
        return created.at("/id");
    }

    private static HttpAnswer post(TrainStack stack, String path, String body, String trace) {
        return stack.http()
                .send(
                        stack.http()
                                .request(path)
                                .header("Content-Type", "application/json")
                                .header("traceparent", "00-%s-b7ad6b7169203331-01".formatted(trace))
                                .POST(BodyPublishers.ofString(body)));
    }

    /** Ids of the traces of all records that name a job; null for a record without one. */
    private static List<@Nullable String> traces(TrainStack stack, String topic, String job) {
        List<@Nullable String> traces = new ArrayList<>();
        stack.records(topic).stream()
                .filter(record -> record.value() != null)
                .filter(record -> new String(record.value(), StandardCharsets.UTF_8).contains(job))
                .forEach(record -> traces.add(traceId(Trace.of(record.headers()))));
        return traces;
    }

    private static @Nullable String traceId(@Nullable String traceParent) {
        return traceParent == null ? null : traceParent.split("-", -1)[1];
    }
}
