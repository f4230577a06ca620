package dev.loramill.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.events.AdapterAnnounced;
import dev.loramill.llama.binding.LlamaCapabilities;
import dev.loramill.llama.binding.LlamaLibrary;
import dev.loramill.serve.engine.EngineLifecycle;
import dev.loramill.serve.engine.EngineState;
import dev.loramill.serve.model.ServedModels;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** A chat with base and adapter on the library inside java-llama.cpp's jar. */
@QuarkusTest
@QuarkusTestResource(value = JavaLlamaServing.class, restrictToAnnotatedClass = true)
class JavaLlamaChatIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TestHTTPResource URI address;
    @Inject EngineLifecycle lifecycle;
    @Inject ServedModels models;
    @Inject ArtifactStore store;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @Test
    void baseAndAdapterAnswerOnTheLibraryOfJavaLlama() throws Exception {
        await().atMost(PATIENCE).until(() -> lifecycle.state() instanceof EngineState.Serving);
        EngineState.Serving serving = (EngineState.Serving) lifecycle.state();
        LlamaCapabilities library = LlamaLibrary.load().capabilities();
        assertThat(library.name()).isEqualTo("java-llama.cpp");
        assertThat(library.version()).isEqualTo("b4916");

        try (Announcer announcer =
                new Announcer(
                        bootstrapServers,
                        store,
                        serving.base().sizes(),
                        serving.base().contract())) {
            AdapterAnnounced adapter = announcer.adapter("java-llama", 77);
            announcer.announce(adapter);
            await().atMost(PATIENCE).until(() -> models.find(adapter.model()).isPresent());

            String ofBase = answer(TinyServing.BASE_ID);
            String ofAdapter = answer(adapter.model());
            assertThat(ofAdapter).isNotEqualTo(ofBase);
            assertThat(answer(TinyServing.BASE_ID)).isEqualTo(ofBase);
            assertThat(answer(adapter.model())).isEqualTo(ofAdapter);
        }
    }

    private String answer(String model) {
        OpenAIClient client =
                OpenAIOkHttpClient.builder()
                        .baseUrl(address.resolve("/v1").toString())
                        .apiKey("none")
                        .maxRetries(0)
                        .build();
        try {
            ChatCompletion completion =
                    client.chat()
                            .completions()
                            .create(
                                    ChatCompletionCreateParams.builder()
                                            .model(model)
                                            .addUserMessage("What helps against a headache?")
                                            .maxCompletionTokens(12)
                                            .temperature(0)
                                            .build());
            return completion.choices().getFirst().message().content().orElseThrow();
        } finally {
            client.close();
        }
    }
}
