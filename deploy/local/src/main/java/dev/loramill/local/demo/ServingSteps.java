package dev.loramill.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The end of the demo: the adapter is served, and answers beside its base. */
final class ServingSteps {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MAX_TOKENS = 256;

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
            JsonNode answer = serve.get("/v1/adapters");
            for (JsonNode adapter : answer.path("data")) {
                if (adapter.path("model").asText().equals(model)) {
                    showProof(job, answer, adapter);
                    return;
                }
            }
            Thread.sleep(POLL);
        }
        throw new DemoFailure(
                "%s was not loaded within %d s; look at ./loramill logs serve"
                        .formatted(model, PATIENCE.toSeconds()));
    }

    private void showProof(JsonNode job, JsonNode answer, JsonNode adapter) {
        terminal.line("%s", adapter.path("model").asText());
        terminal.line(
                "serving process started %s; job created %s; adapter loaded %s",
                answer.path("replica_started_at").asText(),
                Instant.ofEpochSecond(job.path("created_at").asLong()),
                adapter.path("loaded_at").asText());
        terminal.line(
                "proof of effect: logits of the probe prompt move by up to %.3f",
                adapter.path("max_logit_difference").asDouble());
    }

    /** Asks base and adapter the same questions, through the chat endpoint. */
    void ask(JsonNode job, JsonNode adapter) throws DemoFailure, InterruptedException {
        terminal.heading("7/7 Ask  (POST /v1/chat/completions, greedy, base against adapter)");
        JsonNode system = adapter.get("system_prompt");
        for (JsonNode answer : adapter.at("/evaluation/answers")) {
            String question = answer.path("question").asText();
            terminal.line("");
            terminal.line("Q: %s", question);
            terminal.sideBySide(
                    "base",
                    chat(options.base(), system, question),
                    "adapter",
                    chat(job.path("fine_tuned_model").asText(), system, question));
        }
    }

    private String chat(String model, @Nullable JsonNode system, String question)
            throws DemoFailure, InterruptedException {
        ObjectNode body = ServiceClient.JSON.createObjectNode();
        body.put("model", model);
        body.put("temperature", 0);
        body.put("max_tokens", MAX_TOKENS);
        ArrayNode messages = body.putArray("messages");
        if (system != null && system.isTextual()) {
            messages.addObject().put("role", "system").put("content", system.asText());
        }
        messages.addObject().put("role", "user").put("content", question);
        JsonNode choice = serve.post("/v1/chat/completions", body).at("/choices/0");
        String text = choice.at("/message/content").asText();
        return choice.path("finish_reason").asText().equals("length")
                ? text + " [cut at " + MAX_TOKENS + " tokens]"
                : text;
    }

    /** How to go on by hand. */
    void showNextStep(JsonNode job) {
        terminal.heading("Go on");
        terminal.line("the services keep running; ./loramill status shows them, ./loramill down");
        terminal.line("stops them. Ask the adapter something yourself:");
        terminal.line("");
        terminal.line(
                "curl %s/v1/chat/completions -H 'Content-Type: application/json' -d '{",
                serve.address());
        terminal.line("  \"model\": \"%s\",", job.path("fine_tuned_model").asText());
        terminal.line(
                "  \"messages\": [{\"role\": \"user\", \"content\": \"What helps against hay fever?\"}]}'");
    }
}
