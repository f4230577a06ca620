package dev.loramill.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.models.Model;
import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.events.AdapterAnnounced;
import dev.loramill.serve.engine.Engine;
import dev.loramill.serve.engine.EngineLifecycle;
import dev.loramill.serve.engine.EngineState;
import dev.loramill.serve.model.ServedModels;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TinyServing.class)
class ChatIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TestHTTPResource URI address;
    @Inject EngineLifecycle lifecycle;
    @Inject ServedModels models;
    @Inject ArtifactStore store;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    private OpenAIClient client;
    private Announcer announcer;

    @BeforeEach
    void connect() {
        await().atMost(PATIENCE).until(() -> lifecycle.state() instanceof EngineState.Serving);
        await().atMost(PATIENCE).until(() -> get("/q/health/ready").statusCode() == 200);
        EngineState.Serving serving = (EngineState.Serving) lifecycle.state();
        announcer =
                new Announcer(
                        bootstrapServers, store, serving.base().sizes(), serving.base().contract());
        client =
                OpenAIOkHttpClient.builder()
                        .baseUrl(address.resolve("/v1").toString())
                        .apiKey("none")
                        .maxRetries(0)
                        .build();
    }

    @AfterEach
    void disconnect() {
        announcer.close();
        client.close();
    }

    @Test
    void answersTheOfficialClient() {
        ChatCompletion answer = client.chat().completions().create(params("tiny", 12).build());

        assertThat(answer.id()).startsWith("chatcmpl-");
        assertThat(answer.model()).isEqualTo("tiny");
        assertThat(answer.choices()).hasSize(1);
        assertThat(answer.choices().getFirst().finishReason())
                .isEqualTo(ChatCompletion.Choice.FinishReason.LENGTH);
        assertThat(text(answer)).isNotEmpty();
        assertThat(answer.usage().orElseThrow().completionTokens()).isEqualTo(12);
        assertThat(answer.usage().orElseThrow().totalTokens())
                .isEqualTo(answer.usage().orElseThrow().promptTokens() + 12);
    }

    @Test
    void streamsToTheOfficialClientWhatItAnswersAsAWhole() {
        ChatCompletion whole = client.chat().completions().create(params("tiny", 40).build());

        List<ChatCompletionChunk> chunks = new ArrayList<>();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat()
                        .completions()
                        .createStreaming(
                                params("tiny", 40)
                                        .streamOptions(
                                                ChatCompletionStreamOptions.builder()
                                                        .includeUsage(true)
                                                        .build())
                                        .build())) {
            stream.stream().forEach(chunks::add);
        }

        StringBuilder streamed = new StringBuilder();
        chunks.stream()
                .flatMap(chunk -> chunk.choices().stream())
                .forEach(choice -> streamed.append(choice.delta().content().orElse("")));
        assertThat(streamed).hasToString(text(whole));
        assertThat(chunks).extracting(ChatCompletionChunk::id).containsOnly(chunks.getFirst().id());
        assertThat(chunks.getFirst().choices().getFirst().delta().role())
                .contains(ChatCompletionChunk.Choice.Delta.Role.ASSISTANT);
        ChatCompletionChunk last = chunks.getLast();
        assertThat(last.choices()).isEmpty();
        assertThat(last.usage()).isEqualTo(whole.usage());
        assertThat(
                        chunks.get(chunks.size() - 2)
                                .choices()
                                .getFirst()
                                .finishReason()
                                .orElseThrow()
                                .asString())
                .isEqualTo(whole.choices().getFirst().finishReason().asString());
    }

    @Test
    void writesEventsAsClientsParseThem() throws Exception {
        HttpResponse<String> response =
                post(
                        """
                        {"model":"tiny","messages":[{"role":"user","content":"Hi"}],
                         "temperature":0,"max_tokens":3,"stream":true}
                        """);

        assertThat(response.headers().firstValue("content-type").orElseThrow())
                .startsWith("text/event-stream");
        String[] events = response.body().split("\n\n", -1);
        assertThat(events[0])
                .startsWith("data: {\"id\":\"chatcmpl-")
                .contains("\"object\":\"chat.completion.chunk\"")
                .contains("\"delta\":{\"role\":\"assistant\",\"content\":\"\"}")
                .contains("\"finish_reason\":null")
                .doesNotContain("usage");
        assertThat(events[events.length - 3])
                .contains("\"delta\":{}")
                .contains("\"finish_reason\":\"length\"");
        assertThat(events[events.length - 2]).isEqualTo("data: [DONE]");
        assertThat(events[events.length - 1]).isEmpty();
    }

    @Test
    void endsTheAnswerBeforeAStopSequence() {
        String whole = text(client.chat().completions().create(params("tiny", 30).build()));
        String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 3);

        ChatCompletion answer =
                client.chat().completions().create(params("tiny", 30).stop(stop).build());

        assertThat(text(answer)).isEqualTo(whole.substring(0, whole.indexOf(stop)));
        assertThat(answer.choices().getFirst().finishReason())
                .isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
        assertThat(answer.usage().orElseThrow().completionTokens()).isLessThan(30);
    }

    @Test
    void reportsProbabilities() {
        ChatCompletion answer =
                client.chat()
                        .completions()
                        .create(params("tiny", 5).logprobs(true).topLogprobs(2).build());

        var content = answer.choices().getFirst().logprobs().orElseThrow().content().orElseThrow();
        assertThat(content).hasSize(5);
        assertThat(content)
                .allSatisfy(token -> {
                    assertThat(token.logprob()).isNegative();
                    assertThat(token.topLogprobs()).hasSize(2);
                    // Greedy: the chosen one is the likeliest.
                    assertThat(token.topLogprobs().getFirst().token()).isEqualTo(token.token());
                });
    }

    @Test
    void drawsTheSameForTheSameSeed() {
        String first = text(client.chat().completions().create(drawn(1)));

        assertThat(text(client.chat().completions().create(drawn(1)))).isEqualTo(first);
        assertThat(text(client.chat().completions().create(drawn(2)))).isNotEqualTo(first);
    }

    @Test
    void answersConcurrentRequestsOverBaseAndAdaptersAsOneAfterTheOther() throws Exception {
        List<String> names = List.of("tiny", serve("red", 1), serve("blue", 2));
        List<String> alone = new ArrayList<>();
        for (String name : names) {
            alone.add(text(client.chat().completions().create(params(name, 40).build())));
        }
        assertThat(alone).doesNotHaveDuplicates();

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> together = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                String name = names.get(i % names.size());
                together.add(
                        threads.submit(() ->
                                text(
                                        client.chat()
                                                .completions()
                                                .create(params(name, 40).build()))));
            }
            for (int i = 0; i < together.size(); i++) {
                assertThat(together.get(i).get()).isEqualTo(alone.get(i % names.size()));
            }
        }
    }

    @Test
    void listsTheBaseAndItsAdapters() throws Exception {
        String adapter = serve("listed", 3);

        assertThat(client.models().list().data()).extracting(Model::id).contains("tiny", adapter);
        assertThat(client.models().retrieve(adapter).ownedBy()).isEqualTo("loramill");
        assertThat(get("/v1/models/" + adapter).body()).contains("\"parent\":\"tiny\"");
        assertThat(get("/v1/models/a%2Fb").body()).contains("model \\\"a/b\\\" is not served");
    }

    @Test
    void showsTheProofOfEachAdapter() throws Exception {
        String adapter = serve("proven", 4);

        assertThat(get("/v1/served-adapters").body())
                .contains("\"model\":\"" + adapter + "\"")
                .containsPattern("\"max_logit_difference\":\\d+\\.\\d+")
                .containsPattern("\"replica_started_at\":\"2")
                .contains("\"replica_id\":\"replica-1\"");
    }

    @Test
    void namesTheKnownModelsWhenAnUnknownOneIsAsked() {
        assertThatThrownBy(() -> client.chat().completions().create(params("gpt-9", 5).build()))
                .isInstanceOfSatisfying(
                        NotFoundException.class,
                        refusal -> {
                            assertThat(refusal.code()).contains("model_not_found");
                            assertThat(refusal.param()).contains("model");
                            assertThat(refusal.getMessage()).contains("\"tiny\"");
                        });
    }

    @Test
    void refusesAPromptLongerThanTheContext() {
        ChatCompletionCreateParams tooLong =
                ChatCompletionCreateParams.builder()
                        .model("tiny")
                        .addUserMessage("word and another word ".repeat(400))
                        .build();

        assertThatThrownBy(() -> client.chat().completions().create(tooLong))
                .isInstanceOfSatisfying(
                        BadRequestException.class,
                        refusal -> {
                            assertThat(refusal.code()).contains("context_length_exceeded");
                            assertThat(refusal.getMessage()).contains("512 tokens");
                        });
    }

    @Test
    void answersEveryErrorInTheShapeOfTheApi() throws Exception {
        HttpResponse<String> unknown = get("/v1/nothing");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).startsWith("{\"error\":{\"message\":");
        assertThat(unknown.headers().firstValue("x-request-id").orElseThrow()).startsWith("req_");

        HttpResponse<String> wrongMethod = get("/v1/chat/completions");
        assertThat(wrongMethod.statusCode()).isEqualTo(405);
        assertThat(wrongMethod.body()).startsWith("{\"error\":{\"message\":");

        HttpResponse<String> wrongType =
                send(
                        http("/v1/chat/completions")
                                .header("Content-Type", "text/plain")
                                .POST(HttpRequest.BodyPublishers.ofString("Hi"))
                                .build());
        assertThat(wrongType.statusCode()).isEqualTo(415);
        assertThat(wrongType.body()).contains("application/json");
    }

    @Test
    void givesTheSlotsOfClientsThatWentAwayToOthers() throws Exception {
        String body =
                """
                {"model":"tiny","messages":[{"role":"user","content":"Hi"}],"temperature":0,
                 "max_tokens":450,"stream":true,"logit_bias":%s}
                """
                        .formatted(neverEnding());
        double before = metric("loramill_serve_completion_tokens_total");
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            clients.add(ask(body));
        }
        await().atMost(PATIENCE).until(() -> metric("loramill_serve_requests_waiting") > 0);
        for (Socket gone : clients) {
            gone.close();
        }

        await().atMost(PATIENCE)
                .until(() ->
                        metric("loramill_serve_requests_waiting") == 0
                                && metric("loramill_serve_requests_active") == 0);
        assertThat(metric("loramill_serve_completion_tokens_total") - before).isLessThan(30 * 450);
    }

    /** Sends a request and does not read the answer. */
    private Socket ask(String body) throws IOException {
        Socket socket = new Socket(address.getHost(), address.getPort());
        String request =
                "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body;
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        return socket;
    }

    private String neverEnding() {
        Engine engine = ((EngineState.Serving) lifecycle.state()).engine();
        return engine.tokenizer().endsOfGeneration().stream()
                .mapToObj(token -> "\"" + token + "\":-100")
                .collect(Collectors.joining(",", "{", "}"));
    }

    private double metric(String name) throws Exception {
        return get("/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow();
    }

    private String serve(String suffix, long seed) throws Exception {
        AdapterAnnounced adapter = announcer.adapter(suffix, seed);
        announcer.announce(adapter);
        await().atMost(PATIENCE).until(() -> models.find(adapter.model()).isPresent());
        return adapter.model();
    }

    private static ChatCompletionCreateParams.Builder params(String model, int maxTokens) {
        return ChatCompletionCreateParams.builder()
                .model(model)
                .addUserMessage("What can I do about a headache?")
                .temperature(0.0)
                .maxCompletionTokens(maxTokens);
    }

    private static ChatCompletionCreateParams drawn(long seed) {
        return params("tiny", 30).temperature(1.0).topP(0.95).seed(seed).build();
    }

    private static String text(ChatCompletion answer) {
        return answer.choices().getFirst().message().content().orElseThrow();
    }

    private HttpRequest.Builder http(String path) {
        return HttpRequest.newBuilder(address.resolve(path));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(http(path).build());
    }

    private HttpResponse<String> post(String body) throws Exception {
        return send(
                http("/v1/chat/completions")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build());
    }

    private static HttpResponse<String> send(HttpRequest request) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }
}
