package dev.loramill.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;

/** The end of the demo: the adapter is served, and answers beside its base. */
final class ServingSteps {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final DemoOptions options;
    private final ServiceClient serve;
    private final Terminal terminal;

    ServingSteps(DemoOptions options, Terminal terminal) {
        this.options = options;
        this.serve = new ServiceClient("serve", options.serve());
        this.terminal = terminal;
    }

    /** Waits until the adapter is loaded and shows the proof. */
    void awaitLoaded(JsonNode job) throws DemoFailure, InterruptedException {
        terminal.heading("6/7 Serve  (loaded by the event, without a restart)");
        String model = job.path("fine_tuned_model").asText();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            JsonNode answer = serve.get("/v1/served-adapters");
            for (JsonNode adapter : answer.path("data")) {
                if (adapter.path("model").asText().equals(model)) {
                    showProof(job, adapter);
                    return;
                }
            }
            Thread.sleep(POLL);
        }
        throw new DemoFailure(
                "%s was not loaded within %d s; look at ./loramill logs serve"
                        .formatted(model, PATIENCE.toSeconds()));
    }

    private void showProof(JsonNode job, JsonNode adapter) {
        terminal.line("%s", adapter.path("model").asText());
        terminal.line(
                "serving process started %s; job created %s; adapter loaded %s",
                adapter.path("replica_started_at").asText(),
                Instant.ofEpochSecond(job.path("created_at").asLong()),
                adapter.path("loaded_at").asText());
        terminal.line(
                "proof of effect: logits of the probe prompt move by up to %.3f",
                adapter.path("max_logit_difference").asDouble());
    }

    /** Asks base and adapter the gate's questions as the gate did, through the chat endpoint. */
    void ask(JsonNode job, JsonNode adapter) throws DemoFailure, InterruptedException {
        terminal.heading("7/7 Ask  (POST /v1/chat/completions, base against adapter)");
        JsonNode evaluation = adapter.path("evaluation");
        ProbeRequest request = ProbeRequest.of(evaluation);
        terminal.line("asked as the gate asked: %s", request.description());
        int asMeasured = 0;
        for (JsonNode answer : evaluation.path("answers")) {
            String question = answer.path("question").asText();
            JsonNode base = chat(request, options.base(), question);
            JsonNode adapted = chat(request, job.path("fine_tuned_model").asText(), question);
            asMeasured += isAsMeasured(answer.path("base"), base) ? 1 : 0;
            asMeasured += isAsMeasured(answer.path("adapter"), adapted) ? 1 : 0;
            terminal.line("");
            terminal.line("Q: %s", question);
            terminal.sideBySide("base", shown(request, base), "adapter", shown(request, adapted));
        }
        terminal.line("");
        terminal.line(
                "%d of %d answers are word for word those that the gate measured",
                asMeasured, 2 * evaluation.path("answers").size());
    }

    private JsonNode chat(ProbeRequest request, String model, String question)
            throws DemoFailure, InterruptedException {
        return serve.post("/v1/chat/completions", request.body(model, question)).at("/choices/0");
    }

    private static boolean isAsMeasured(JsonNode measured, JsonNode choice) {
        return measured.path("text").asText().equals(text(choice).strip());
    }

    private static String text(JsonNode choice) {
        return choice.at("/message/content").asText();
    }

    private static String shown(ProbeRequest request, JsonNode choice) {
        return choice.path("finish_reason").asText().equals("length")
                ? text(choice) + " [cut at " + request.maxTokens() + " tokens]"
                : text(choice);
    }

    /** How to go on by hand. */
    void showNextStep(JsonNode job, JsonNode adapter) throws DemoFailure {
        JsonNode evaluation = adapter.path("evaluation");
        ProbeRequest request = ProbeRequest.of(evaluation);
        terminal.heading("Go on");
        terminal.line("the services keep running; ./loramill status shows them, ./loramill down");
        terminal.line("stops them. Ask the adapter a question of your own in place of this one:");
        if (request.systemPrompt() != null) {
            terminal.line("(leave the system prompt in, the adapter was trained under it)");
        }
        terminal.line("");
        terminal.unindented(
                request.curl(
                        serve.address(),
                        job.path("fine_tuned_model").asText(),
                        exampleQuestion(evaluation)));
    }

    /** A question whose answer ended by itself; the first where none did. */
    private static String exampleQuestion(JsonNode evaluation) {
        for (JsonNode answer : evaluation.path("answers")) {
            if (answer.at("/adapter/isEndOfTurnReached").asBoolean()
                    && !answer.at("/adapter/isLooping").asBoolean()) {
                return answer.path("question").asText();
            }
        }
        return evaluation.at("/answers/0/question").asText();
    }
}
