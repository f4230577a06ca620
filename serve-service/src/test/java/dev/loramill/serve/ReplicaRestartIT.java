package dev.loramill.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.AdapterLoaded;
import dev.loramill.events.ServingStatus;
import dev.loramill.events.TrainServeContract;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.template.ChatFormat;
import dev.loramill.local.LocalKafka;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service in a process of its own, killed and started again. */
class ReplicaRestartIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path APPLICATION = Path.of("target/quarkus-app/quarkus-run.jar");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TERMINATED = 143;

    @TempDir private Path directory;
    private final HttpClient http = HttpClient.newHttpClient();
    private LocalKafka kafka;
    private Map<String, String> config;
    private Announcer announcer;
    private Process service;
    private int port;

    @BeforeEach
    void start() throws Exception {
        kafka = LocalKafka.start(directory.resolve("kafka"), 0);
        kafka.createTopics();
        config = TinyServing.config(directory, kafka.bootstrapServers());
        announcer = announcer();
        port = freePort();
    }

    @AfterEach
    void stop() throws Exception {
        if (service != null) {
            service.destroyForcibly().waitFor();
        }
        announcer.close();
        kafka.close();
        http.close();
    }

    @Test
    void comesToServeTheSameAfterItWasKilled() throws Exception {
        AdapterAnnounced kept = announcer.adapter("kept", 1);
        AdapterAnnounced retired = announcer.adapter("retired", 2);
        announcer.announce(retired);
        announcer.announce(kept);
        launch();
        awaitReady();
        String answer = answer(kept.model());
        assertThat(answer).isNotEqualTo(answer(TinyServing.BASE_ID));
        Instant firstStart = replicaStartedAt();
        announcer.announce(
                AnnouncedFiles.inState(retired, AdapterAnnounced.State.RETIRED, "replaced"));

        service.destroyForcibly().waitFor();
        launch();
        awaitReady();

        assertThat(answer(kept.model())).isEqualTo(answer);
        assertThat(served()).containsExactly(kept.model());
        assertThat(replicaStartedAt()).isAfter(firstStart);
    }

    @Test
    void isRedWithoutTheBrokerAndGoesOnWhenItIsBack() throws Exception {
        launch();
        awaitReady();
        int brokerPort = kafka.port();
        kafka.close();
        await().atMost(PATIENCE).until(() -> ready() == 503);
        // What is loaded answers meanwhile.
        assertThat(answer(TinyServing.BASE_ID)).isNotEmpty();

        kafka = LocalKafka.start(directory.resolve("kafka"), brokerPort);
        awaitReady();
        AdapterAnnounced later = announcer.adapter("later", 3);
        announcer.announce(later);

        await().atMost(PATIENCE).until(() -> served().contains(later.model()));
    }

    @Test
    void reportsInOrderWhatItDidWhileTheBrokerWasAway() throws Exception {
        ArtifactStore store =
                new LocalArtifactStore(Path.of(config.get("loramill.artifacts.directory")));
        List<AdapterAnnounced> late = new ArrayList<>();
        for (int seed = 10; seed < 13; seed++) {
            late.add(announcer.adapter("late" + seed, seed));
        }
        for (AdapterAnnounced adapter : late) {
            Files.move(store.localPath(adapter.adapterId()), aside(adapter));
            announcer.announce(adapter);
        }
        launch();
        awaitReady();
        await().atMost(PATIENCE).until(() -> announcer.statuses().size() == late.size());
        int brokerPort = kafka.port();
        kafka.close();
        await().atMost(PATIENCE).until(() -> ready() == 503);
        for (AdapterAnnounced adapter : late) {
            store.putFile(aside(adapter));
            await().atMost(PATIENCE).until(() -> served().contains(adapter.model()));
        }

        kafka = LocalKafka.start(directory.resolve("kafka"), brokerPort);

        await().atMost(PATIENCE).until(() -> announcer.statuses().size() == 2 * late.size());
        assertThat(announcer.statuses().subList(late.size(), 2 * late.size()))
                .hasOnlyElementsOfType(AdapterLoaded.class)
                .extracting(ServingStatus::adapterId)
                .containsExactlyElementsOf(late.stream().map(AdapterAnnounced::adapterId).toList());
    }

    private Path aside(AdapterAnnounced adapter) {
        return directory.resolve(adapter.adapterId());
    }

    @Test
    void waitsForABaseThatIsNotThereYet() throws Exception {
        Path catalogue = Path.of(config.get("loramill.bases.catalogue"));
        Path aside = Files.move(catalogue, directory.resolve("aside.json"));
        launch();
        await().atMost(PATIENCE).until(() -> ready() == 503);
        HttpResponse<String> refused = ask(TinyServing.BASE_ID);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("base \\\"tiny\\\" is not in the catalogue");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();

        Files.move(aside, catalogue);

        awaitReady();
        assertThat(answer(TinyServing.BASE_ID)).isNotEmpty();
    }

    @Test
    void stopsInOrder() throws Exception {
        launch();
        awaitReady();
        announcer.announce(announcer.adapter("loaded", 4));
        await().atMost(PATIENCE).until(() -> served().size() == 1);

        service.destroy();

        assertThat(service.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(service.exitValue()).isEqualTo(TERMINATED);
    }

    @Test
    void finishesWhatIsUnderWayBeforeItStops() throws Exception {
        launch();
        awaitReady();
        String body =
                """
                {"model":"tiny","messages":[{"role":"user","content":"How are you?"}],
                 "temperature":0,"max_tokens":400,"stream":true,"logit_bias":%s}
                """
                        .formatted(neverEnding());
        HttpResponse<Stream<String>> response =
                http.send(request(body), HttpResponse.BodyHandlers.ofLines());
        Iterator<String> lines = response.body().iterator();
        assertThat(lines.next()).startsWith("data: {");

        service.destroy();

        List<String> rest = new ArrayList<>();
        lines.forEachRemaining(rest::add);
        rest.removeIf(String::isEmpty);
        assertThat(rest).last().isEqualTo("data: [DONE]");
        assertThat(service.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    private String neverEnding() throws IOException {
        try (ChatFormat chat = ChatFormat.open(directory.resolve("base.gguf"))) {
            return chat.tokenizer().endsOfGeneration().stream()
                    .mapToObj(token -> "\"" + token + "\":-100")
                    .collect(Collectors.joining(",", "{", "}"));
        }
    }

    private HttpRequest request(String body) {
        return HttpRequest.newBuilder(uri("/v1/chat/completions"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private void launch() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-Dquarkus.http.port=" + port));
        config.forEach((key, value) -> command.add("-D%s=%s".formatted(key, value)));
        command.addAll(List.of("-jar", APPLICATION.toString()));
        File log = new File("target/replica.log");
        service =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                        .start();
    }

    private void awaitReady() {
        await().atMost(PATIENCE)
                .until(() -> {
                    assertThat(service.isAlive()).as("see target/replica.log").isTrue();
                    return ready() == 200;
                });
    }

    private int ready() throws Exception {
        try {
            return get("/q/health/ready").statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    private List<String> served() throws Exception {
        List<String> models = new ArrayList<>();
        JSON.readTree(get("/v1/served-adapters").body())
                .path("data")
                .forEach(adapter -> models.add(adapter.path("model").asText()));
        return models;
    }

    private Instant replicaStartedAt() throws Exception {
        JsonNode adapters = JSON.readTree(get("/v1/served-adapters").body());
        return Instant.parse(adapters.at("/data/0/replica_started_at").asText());
    }

    private String answer(String model) throws Exception {
        HttpResponse<String> response = ask(model);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body()).at("/choices/0/message/content").asText();
    }

    private HttpResponse<String> ask(String model) throws Exception {
        String body =
                """
                {"model":"%s","messages":[{"role":"user","content":"How are you?"}],
                 "temperature":0,"max_tokens":30}
                """
                        .formatted(model);
        return http.send(request(body), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:%d%s".formatted(port, path));
    }

    /** Knows the contract from the base's file, as another service would. */
    private Announcer announcer() throws IOException {
        ArtifactStore store =
                new LocalArtifactStore(Path.of(config.get("loramill.artifacts.directory")));
        String sha256 =
                BaseCatalogue.read(Path.of(config.get("loramill.bases.catalogue")))
                        .find(TinyServing.BASE_ID)
                        .orElseThrow()
                        .sha256();
        Path file = store.localPath(sha256);
        try (GgufFile gguf = GgufFile.open(file);
                ChatFormat chat = ChatFormat.open(file)) {
            ModelHyperparameters sizes = ModelHyperparameters.read(gguf);
            TrainServeContract contract =
                    new TrainServeContract(
                            sha256,
                            "F32",
                            "llama",
                            sizes.vocabularySize(),
                            chat.tokenizer().digest(),
                            chat.template().digest(),
                            "2024-07-26",
                            chat.beginningCount(),
                            chat.endOfTurn());
            return new Announcer(kafka.bootstrapServers(), store, sizes, contract);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }
}
