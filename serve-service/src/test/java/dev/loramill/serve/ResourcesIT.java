package dev.loramill.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.serve.engine.EngineLifecycle;
import dev.loramill.serve.engine.EngineState;
import dev.loramill.stack.HttpAnswer;
import dev.loramill.stack.HttpTestClient;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The routes within the test's own JVM: each does its work, and refuses in a sentence. */
@QuarkusTest
@WithTestResource(InMemoryServing.class)
class ResourcesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String CHAT = "/v1/chat/completions";

    @Inject EngineLifecycle lifecycle;
    private HttpTestClient http;

    @BeforeEach
    void open() {
        http = new HttpTestClient(ConfigProvider.getConfig().getValue("test.url", URI.class));
        await().atMost(PATIENCE).until(() -> lifecycle.state() instanceof EngineState.Serving);
    }

    @AfterEach
    void close() {
        http.close();
    }

    @Test
    void aConversationIsAnsweredAndFaultsOfTheRequestAreNamed() {
        HttpAnswer answer = chat("tiny", "\"max_tokens\":3");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.at("/object")).isEqualTo("chat.completion");
        assertThat(answer.at("/model")).isEqualTo("tiny");
        assertThat(answer.at("/choices/0/message/role")).isEqualTo("assistant");
        assertThat(answer.at("/usage/completion_tokens")).isEqualTo("3");

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
    void aGenerationThatFailsIsFoundInTheLogByTheIdOfItsAnswer() {
        try (LoggedLines logged = LoggedLines.of("dev.loramill.serve.chat.AnswerDelivery")) {
            HttpAnswer whole = chat("tiny", allForbidden());
            HttpAnswer stream = chat("tiny", "\"stream\":true," + allForbidden());

            assertThat(whole.status()).isEqualTo(503);
            assertThat(whole.at("/error/code")).isEqualTo("generation_failed");
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.text()).contains("generation_failed").doesNotContain("[DONE]");
            assertThat(logged.all())
                    .extracting(LoggedLines.Line::requestId)
                    .isEqualTo(List.of(id(whole), id(stream)));
            assertThat(logged.all())
                    .allSatisfy(line -> {
                        assertThat(line.text()).contains("model=tiny", "code=generation_failed");
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

    /** A bias that leaves the engine no token to choose. */
    private String allForbidden() {
        int size = ((EngineState.Serving) lifecycle.state()).engine().tokenizer().vocabularySize();
        return IntStream.range(0, size)
                .mapToObj("\"%d\":-100"::formatted)
                .collect(Collectors.joining(",", "\"logit_bias\":{", "}"));
    }

    private static String id(HttpAnswer answer) {
        return answer.headers().firstValue("x-request-id").orElseThrow();
    }
}
