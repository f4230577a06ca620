package dev.loramill.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.llama.gguf.AdapterLimits;
import dev.loramill.llama.gguf.AdapterOutcome;
import dev.loramill.llama.gguf.AdapterValidator;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.tiny.TinyAdapter;
import dev.loramill.serve.engine.EngineLifecycle;
import dev.loramill.serve.engine.EngineState;
import dev.loramill.serve.model.ServedModel;
import dev.loramill.serve.model.ServedModels;
import dev.loramill.stack.HttpAnswer;
import dev.loramill.stack.HttpTestClient;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The routes within the test's own JVM: each does its work, and refuses in a sentence. */
@QuarkusTest
@WithTestResource(InMemoryServing.class)
class ResourcesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String CHAT = "/v1/chat/completions";

    @Inject EngineLifecycle lifecycle;
    @Inject ServedModels models;
    private HttpTestClient http;

    @BeforeEach
    void open() {
        http = new HttpTestClient(ConfigProvider.getConfig().getValue("test.url", URI.class));
        await().atMost(PATIENCE).until(() -> lifecycle.state() instanceof EngineState.Serving);
    }

    @AfterEach
    void close() {
        models.replaceAdapters(List.of());
        http.close();
    }

    @Test
    void aConversationIsAnsweredAndFaultsOfTheRequestAreNamed() {
        HttpAnswer answer = chat("tiny", "\"max_tokens\":3");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.at("/object")).isEqualTo("chat.completion");
        assertThat(answer.at("/model")).isEqualTo("tiny");
        assertThat(answer.at("/choices/0/message/role")).isEqualTo("assistant");
        // The answer is drawn, so it may end by itself before.
        assertThat(Integer.parseInt(answer.at("/usage/completion_tokens"))).isBetween(1, 3);

        HttpAnswer wrong = chat("tiny", "\"temperature\":3");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.at("/error/code")).isEqualTo("invalid_value");
        assertThat(wrong.at("/error/param")).isEqualTo("temperature");
        assertThat(wrong.at("/error/message"))
                .isEqualTo("temperature must be a number in [0, 2], got 3");

        HttpAnswer none = http.post(CHAT, "Hi");
        assertThat(none.status()).isEqualTo(400);
        assertThat(none.at("/error/code")).isEqualTo("invalid_json");

        HttpAnswer unknown = chat("nobody", "\"max_tokens\":3");
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.at("/error/code")).isEqualTo("model_not_found");
        assertThat(unknown.at("/error/param")).isEqualTo("model");
        assertThat(unknown.at("/error/message"))
                .startsWith("model \"nobody\" is not served here; served are: \"tiny\"");
    }

    @Test
    void modelsAreListedAndFoundByNameAndWhatIsNotThereIsNamed() {
        HttpAnswer listed = http.get("/v1/models");
        assertThat(listed.at("/object")).isEqualTo("list");
        assertThat(listed.at("/first_id")).isEqualTo("tiny");
        assertThat(listed.at("/has_more")).isEqualTo("false");
        HttpAnswer found = http.get("/v1/models/tiny");
        assertThat(found.json()).isEqualTo(listed.json().at("/data/0"));
        assertThat(found.at("/owned_by")).isEqualTo("loramill");
        assertThat(found.at("/root")).hasSize(64);

        HttpAnswer unknown = http.get("/v1/models/ft:tiny/nobody");
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.at("/error/param")).isEqualTo("model");
        assertThat(unknown.at("/error/message"))
                .startsWith("model \"ft:tiny/nobody\" is not served here; served are: \"tiny\"");
    }

    /** Entries are looked at where adapters are announced, in AdaptersListenerIT. */
    @Test
    void servedAdaptersAreAPageThatNobodyWrites() {
        HttpAnswer page = http.get("/v1/served-adapters");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.at("/object")).isEqualTo("list");
        assertThat(page.json().path("data").isArray()).isTrue();
        assertThat(page.at("/has_more")).isEqualTo("false");

        HttpAnswer refused = http.post("/v1/served-adapters", "{}");
        assertThat(refused.status()).isEqualTo(405);
        assertThat(refused.at("/error/message")).isEqualTo("this method is not allowed here");
    }

    @Test
    void aGenerationThatFailsIsFoundInTheLogByTheIdOfItsAnswer(@TempDir Path folder)
            throws IOException {
        serveNumbersThatAreNotFinite(folder);
        try (LoggedLines logged = LoggedLines.of("dev.loramill.serve.chat.AnswerDelivery")) {
            HttpAnswer whole = chat("broken", "\"max_tokens\":3");
            HttpAnswer stream = chat("broken", "\"stream\":true");

            assertThat(whole.status()).isEqualTo(503);
            assertThat(whole.at("/error/code")).isEqualTo("generation_failed");
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.text()).contains("generation_failed").doesNotContain("[DONE]");
            assertThat(logged.all())
                    .extracting(LoggedLines.Line::requestId)
                    .isEqualTo(List.of(id(whole), id(stream)));
            assertThat(logged.all())
                    .allSatisfy(line -> {
                        assertThat(line.text()).contains("model=broken", "code=generation_failed");
                        assertThat(line.cause()).hasMessageContaining("not finite");
                    });
        }
    }

    private HttpAnswer chat(String model, String fields) {
        return http.post(
                CHAT,
                """
                {"model":"%s","messages":[{"role":"user","content":"Hi"}],%s}
                """
                        .formatted(model, fields));
    }

    /** An adapter that no door lets in: its weights make logits overflow. */
    private void serveNumbersThatAreNotFinite(Path folder) throws IOException {
        EngineState.Serving serving = (EngineState.Serving) lifecycle.state();
        ModelHyperparameters sizes = serving.base().sizes();
        Path file = TinyAdapter.random(sizes, 1).withStrength(1e30).write(folder.resolve("a.gguf"));
        AdapterLimits limits = new AdapterLimits(1L << 30, 512, 65_536f, Float.MAX_VALUE);
        AdapterOutcome.Accepted accepted =
                (AdapterOutcome.Accepted) new AdapterValidator(sizes, limits).validate(file);
        models.replaceAdapters(
                List.of(
                        new ServedModel(
                                "broken",
                                serving.engine().load(file, accepted, "broken"),
                                Instant.now(),
                                "0".repeat(64),
                                Optional.of("tiny"))));
    }

    @Test
    void conversationsThatCannotFitAreRefusedBeforeTheyAreReadInFull() {
        HttpAnswer tooMuch =
                http.post(
                        CHAT,
                        """
                        {"model":"tiny","messages":[{"role":"user","content":"%s"}]}
                        """
                                .formatted("a ".repeat(100_000)));
        assertThat(tooMuch.status()).isEqualTo(400);
        assertThat(tooMuch.at("/error/code")).isEqualTo("context_length_exceeded");
        assertThat(tooMuch.at("/error/message"))
                .startsWith("messages have 200000 characters, which are at least ")
                .contains("room for 512 tokens");

        HttpAnswer tooMany =
                http.post(
                        CHAT,
                        """
                        {"model":"tiny","messages":%s}
                        """
                                .formatted(
                                        Stream.generate(() ->
                                                        "{\"role\":\"user\",\"content\":\"\"}")
                                                .limit(2_049)
                                                .collect(Collectors.joining(",", "[", "]"))));
        assertThat(tooMany.status()).isEqualTo(400);
        assertThat(tooMany.at("/error/message"))
                .isEqualTo("messages must be at most 2048, got 2049; leave out the oldest");
    }

    private static String id(HttpAnswer answer) {
        return answer.headers().firstValue("x-request-id").orElseThrow();
    }
}
