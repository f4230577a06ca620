package dev.loramill.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Locale;

/** The middle of the demo: a job, its progress and the gate's verdict. */
final class TrainingSteps {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final int STEPS_A_MILESTONE = 10;

    private final DemoOptions options;
    private final ServiceClient train;
    private final Terminal terminal;

    TrainingSteps(DemoOptions options, Terminal terminal) {
        this.options = options;
        this.train = new ServiceClient("train", options.train());
        this.terminal = terminal;
    }

    /** Runs a job on a frozen version; returns it when it has succeeded. */
    JsonNode train(String version) throws DemoFailure, InterruptedException {
        terminal.heading("4/7 Train  (POST /v1/fine_tuning/jobs)");
        ObjectNode body = ServiceClient.JSON.createObjectNode();
        body.put("model", options.base());
        body.put("dataset", version);
        body.put("suffix", "demo");
        body.put("seed", options.seed());
        body.putObject("hyperparameters").put("n_epochs", options.epochs());
        JsonNode job = train.post("/v1/fine_tuning/jobs", body);
        String path = "/v1/fine_tuning/jobs/" + job.path("id").asText();
        terminal.line("job %s", job.path("id").asText());
        while (true) {
            JsonNode current = train.get(path);
            String status = current.path("status").asText();
            switch (status) {
                case "succeeded" -> {
                    showEvaluations(path);
                    return current;
                }
                case "failed", "cancelled" ->
                        throw new DemoFailure(
                                "the job %s: %s"
                                        .formatted(
                                                status,
                                                current.at("/error/message").asText("no reason")));
                default -> showProgress(path, status);
            }
            Thread.sleep(POLL);
        }
    }

    private void showProgress(String path, String status) throws DemoFailure, InterruptedException {
        for (JsonNode event : train.get(path + "/events?limit=5").path("data")) {
            JsonNode data = event.path("data");
            if (data.has("train_loss") && data.has("tokens_per_second")) {
                int step = data.path("step").asInt();
                terminal.live(
                        "step " + step / STEPS_A_MILESTONE,
                        String.format(
                                Locale.ROOT,
                                "step %d/%d  loss %.4f  %.0f tokens/s  %.2f GB  about %s to go",
                                step,
                                data.path("total_steps").asInt(),
                                data.path("train_loss").asDouble(),
                                data.path("tokens_per_second").asDouble(),
                                data.path("memory_bytes").asDouble() / 1e9,
                                Timeline.format(
                                        Duration.ofSeconds(data.path("eta_seconds").asLong()))));
                return;
            }
        }
        terminal.live(status, status.replace('_', ' '));
    }

    private void showEvaluations(String path) throws DemoFailure, InterruptedException {
        JsonNode job = train.get(path);
        terminal.line(
                "trained on %,d tokens -> %s",
                job.path("trained_tokens").asLong(), job.path("fine_tuned_model").asText());
    }

    /** Shows what the gate measured; returns the adapter. */
    JsonNode gate(JsonNode job) throws DemoFailure, InterruptedException {
        terminal.heading("5/7 Gate  (measured before anything is served)");
        String model = job.path("fine_tuned_model").asText();
        for (JsonNode adapter : train.get("/v1/adapters").path("data")) {
            if (adapter.path("model").asText().equals(model)) {
                show(adapter);
                return adapter;
            }
        }
        throw new DemoFailure("no adapter is registered for " + model);
    }

    private void show(JsonNode adapter) throws DemoFailure {
        JsonNode evaluation = adapter.path("evaluation");
        terminal.line(
                "loss on the held-out rows: base %.4f, adapter %.4f",
                evaluation.path("base_eval_loss").asDouble(),
                evaluation.path("adapter_eval_loss").asDouble());
        for (JsonNode reason : adapter.path("reasons")) {
            terminal.line("%s", reason.asText());
        }
        String state = adapter.path("state").asText().toLowerCase(Locale.ROOT);
        terminal.line("verdict: %s", state);
        if (!state.equals("live")) {
            throw new DemoFailure(
                    "the gate holds the adapter. To serve it all the same: curl -X POST"
                            + " %s/v1/adapters/%s/promote"
                                    .formatted(train.address(), adapter.path("id").asText()));
        }
    }
}
