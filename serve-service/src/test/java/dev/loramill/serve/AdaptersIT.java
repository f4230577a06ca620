package dev.loramill.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.AdapterEvicted;
import dev.loramill.events.AdapterLoaded;
import dev.loramill.events.AdapterRefused;
import dev.loramill.events.LoraSpec;
import dev.loramill.events.ServingStatus;
import dev.loramill.events.Topics;
import dev.loramill.events.TrainServeContract;
import dev.loramill.events.authority.RecordSignature;
import dev.loramill.events.authority.SigningKey;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.tiny.TinyAdapter;
import dev.loramill.serve.engine.EngineLifecycle;
import dev.loramill.serve.engine.EngineState;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TinyServing.class)
class AdaptersIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TestHTTPResource URI address;
    @Inject EngineLifecycle lifecycle;
    @Inject ArtifactStore store;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @ConfigProperty(name = "loramill.artifacts.directory")
    Path artifacts;

    private final HttpClient http = HttpClient.newHttpClient();
    private Announcer announcer;
    private ModelHyperparameters sizes;

    @BeforeEach
    void connect() {
        await().atMost(PATIENCE).until(() -> lifecycle.state() instanceof EngineState.Serving);
        EngineState.Serving serving = (EngineState.Serving) lifecycle.state();
        sizes = serving.base().sizes();
        announcer = new Announcer(bootstrapServers, store, sizes, serving.base().contract());
    }

    @AfterEach
    void disconnect() {
        announcer.close();
        http.close();
    }

    @Test
    void loadsAnAdapterWhileAStreamRunsUndisturbed() throws Exception {
        String undisturbed = stream();
        AtomicBoolean isOver = new AtomicBoolean();
        record Streamed(Instant from, Instant to, String text) {}
        CompletableFuture<List<Streamed>> streams =
                CompletableFuture.supplyAsync(() -> {
                    List<Streamed> all = new ArrayList<>();
                    while (!isOver.get()) {
                        Instant from = Instant.now();
                        String text = stream();
                        all.add(new Streamed(from, Instant.now(), text));
                    }
                    return all;
                });

        List<Instant> loaded = new ArrayList<>();
        for (int seed = 100; seed < 105; seed++) {
            AdapterAnnounced adapter = announcer.adapter("during" + seed, seed);
            announcer.announce(adapter);
            AdapterLoaded status = status(AdapterLoaded.class, adapter);
            assertThat(status.replicaId()).isEqualTo(TinyServing.REPLICA);
            assertThat(status.maxLogitDifference()).isGreaterThan(0.001);
            assertThat(status.replicaStartedAt()).isBefore(adapter.createdAt());
            assertThat(answer(adapter.model())).isNotEqualTo(answer(TinyServing.BASE_ID));
            loaded.add(loadedAt(adapter));
        }
        isOver.set(true);

        assertThat(streams.join()).extracting(Streamed::text).containsOnly(undisturbed);
        assertThat(loaded)
                .anySatisfy(at ->
                        assertThat(streams.join())
                                .anyMatch(one -> one.from().isBefore(at) && one.to().isAfter(at)));
    }

    @Test
    void refusesAnAdapterOfAnotherBaseAndNamesBothValues() throws Exception {
        TrainServeContract own = announcer.contract();
        String foreign = "f".repeat(64);
        AdapterAnnounced adapter =
                AnnouncedFiles.trainedFor(
                        announcer.adapter("foreign", 200),
                        new TrainServeContract(
                                foreign,
                                own.baseQuantization(),
                                own.architecture(),
                                own.vocabularySize(),
                                own.tokenizerDigest(),
                                own.chatTemplateDigest(),
                                own.templateDate(),
                                own.bosCount(),
                                own.endOfTurnToken()),
                        new LoraSpec(4, 8, 0, LoraSpec.ALL_TARGETS));

        assertRefused(adapter, "baseDigest", own.baseDigest(), foreign);
    }

    @Test
    void refusesAFileThatIsNoAdapter() throws Exception {
        assertRefused(
                announcer.announcement("noise", "not a GGUF file".getBytes(StandardCharsets.UTF_8)),
                "format");
    }

    @Test
    void refusesATruncatedFile() throws Exception {
        AdapterAnnounced whole = announcer.adapter("whole", 201);
        byte[] bytes = Files.readAllBytes(store.localPath(whole.adapterId()));

        assertRefused(
                announcer.announcement("truncated", Arrays.copyOf(bytes, bytes.length / 2)),
                "format");
    }

    @Test
    void refusesAnAdapterThatChangesNothing() throws Exception {
        assertRefused(announcer.adapter("idle", TinyAdapter.zeroEffect(sizes, 202)), "no effect");
    }

    @Test
    void refusesAnAdapterThatIsNotWhatWasAnnounced() throws Exception {
        AdapterAnnounced adapter = announcer.adapter("other", 203);

        assertRefused(
                AnnouncedFiles.trainedFor(
                        adapter, adapter.contract(), new LoraSpec(8, 8, 0, List.of("q", "v"))),
                "lora.rank is 8 in the announcement and 4 in the file",
                "lora.targets are [q, v] in the announcement and [down, gate, k, o, q, up, v]");
    }

    @Test
    void refusesAnAdapterWhoseFileWasDamaged() throws Exception {
        AdapterAnnounced adapter = announcer.adapter("damaged", 204);
        Path file = store.localPath(adapter.adapterId());
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);

        assertRefused(adapter, adapter.adapterId());
    }

    @Test
    void takesAnAdapterWhoseFileComesLate() throws Exception {
        AdapterAnnounced adapter = announcer.adapter("late", 205);
        Path file = store.localPath(adapter.adapterId());
        Path aside = Files.move(file, artifacts.resolve("aside"));

        announcer.announce(adapter);
        assertThat(status(AdapterRefused.class, adapter).reason()).contains("it is tried again");
        Files.move(aside, file);

        status(AdapterLoaded.class, adapter);
        assertThat(answer(adapter.model())).isNotEmpty();
    }

    @Test
    void retiresAnAdapterAfterWhatIsUnderWay() throws Exception {
        AdapterAnnounced adapter = announcer.adapter("retiring", 206);
        announcer.announce(adapter);
        status(AdapterLoaded.class, adapter);
        String before = answer(adapter.model());
        List<CompletableFuture<String>> underWay = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            underWay.add(CompletableFuture.supplyAsync(() -> tryAnswer(adapter.model())));
        }

        announcer.announce(
                AnnouncedFiles.inState(
                        adapter, AdapterAnnounced.State.RETIRED, "a better one came"));

        assertThat(status(AdapterEvicted.class, adapter).reason())
                .isEqualTo("it is retired: a better one came");
        for (CompletableFuture<String> one : underWay) {
            assertThat(one.join()).isIn(before, "404");
        }
        assertThat(tryAnswer(adapter.model())).isEqualTo("404");
    }

    @Test
    void takesAHeldAdapterOutAndAPromotedOneBackIn() throws Exception {
        AdapterAnnounced adapter = announcer.adapter("held", 207);
        announcer.announce(adapter);
        status(AdapterLoaded.class, adapter);
        String before = answer(adapter.model());

        announcer.announce(
                AnnouncedFiles.inState(adapter, AdapterAnnounced.State.HELD, "it loops"));
        status(AdapterEvicted.class, adapter);
        assertThat(tryAnswer(adapter.model())).isEqualTo("404");
        announcer.announce(
                AnnouncedFiles.inState(adapter, AdapterAnnounced.State.LIVE, "promoted"));

        await().atMost(PATIENCE).until(() -> tryAnswer(adapter.model()).equals(before));
    }

    @Test
    void theLatestAnnouncementOfANameAnswersUntilItIsTakenBack() throws Exception {
        AdapterAnnounced first = announcer.adapter("same", 208);
        AdapterAnnounced second = announcer.adapter("same", 209);
        announcer.announce(first);
        status(AdapterLoaded.class, first);
        String firstAnswer = answer(first.model());
        announcer.announce(second);
        status(AdapterLoaded.class, second);
        assertThat(answer(first.model())).isNotEqualTo(firstAnswer);

        announcer.announce(
                AnnouncedFiles.inState(second, AdapterAnnounced.State.HELD, "it is worse"));

        assertThat(status(AdapterEvicted.class, second).reason()).contains("it is worse");
        assertThat(answer(first.model())).isEqualTo(firstAnswer);
    }

    @Test
    void passesOverRecordsThatAreNoAnnouncements() throws Exception {
        announcer.send(
                new ProducerRecord<>(Topics.ADAPTERS, "x", "{}".getBytes(StandardCharsets.UTF_8)));
        AdapterAnnounced adapter = announcer.adapter("after", 210);
        announcer.announce(adapter);

        status(AdapterLoaded.class, adapter);
    }

    @Test
    void nobodyElseDecidesWhatIsServed() throws Exception {
        AdapterAnnounced honest = announcer.adapter("honest", 211);
        ProducerRecord<String, byte[]> honestRecord = announcer.signed(honest);
        announcer.send(honestRecord);
        status(AdapterLoaded.class, honest);
        double refusedBefore = refusals();
        List<AdapterAnnounced> forged = new ArrayList<>();
        for (int seed = 212; seed < 217; seed++) {
            forged.add(announcer.adapter("forged" + seed, seed));
        }

        announcer.send(announcer.unsigned(forged.get(0)));
        ProducerRecord<String, byte[]> byAnother = announcer.unsigned(forged.get(1));
        SigningKey.random().sign(byAnother);
        announcer.send(byAnother);
        // The name that people ask for, on another file.
        announcer.send(
                with(
                        honestRecord,
                        honestRecord.key(),
                        new String(honestRecord.value(), StandardCharsets.UTF_8)
                                .replace(honest.model(), honest.model() + "-changed")));
        ProducerRecord<String, byte[]> borrowed = announcer.unsigned(forged.get(2));
        borrowed.headers().add(honestRecord.headers().lastHeader(RecordSignature.HEADER));
        announcer.send(borrowed);
        // All that was signed, under another key of the log.
        ProducerRecord<String, byte[]> moved = announcer.signed(forged.get(3));
        announcer.send(
                with(moved, "another-key", new String(moved.value(), StandardCharsets.UTF_8)));
        ProducerRecord<String, byte[]> oversized = announcer.unsigned(forged.get(4));
        oversized.headers().add(RecordSignature.HEADER, new byte[500_000]);
        announcer.send(oversized);
        // A deletion of what is served.
        announcer.send(new ProducerRecord<>(Topics.ADAPTERS, honest.adapterId(), null));

        AdapterAnnounced next = announcer.adapter("next-honest", 217);
        announcer.announce(next);
        status(AdapterLoaded.class, next);
        assertThat(refusals() - refusedBefore).isEqualTo(7);
        for (AdapterAnnounced adapter : forged) {
            assertThat(tryAnswer(adapter.model())).isEqualTo("404");
        }
        assertThat(tryAnswer(honest.model() + "-changed")).isEqualTo("404");
        assertThat(tryAnswer(honest.model())).isNotEqualTo("404");
        assertThat(announcer.statuses())
                .extracting(ServingStatus::adapterId)
                .doesNotContainAnyElementsOf(
                        forged.stream().map(AdapterAnnounced::adapterId).toList());
    }

    @Test
    void whatWasRetiredStaysSoWhenItsOldAnnouncementIsSentAgain() throws Exception {
        AdapterAnnounced adapter = announcer.adapter("replayed", 218);
        ProducerRecord<String, byte[]> live = announcer.signed(adapter);
        announcer.send(live);
        status(AdapterLoaded.class, adapter);
        announcer.announce(
                AnnouncedFiles.inState(adapter, AdapterAnnounced.State.RETIRED, "it is unsafe"));
        status(AdapterEvicted.class, adapter);

        announcer.send(live);

        AdapterAnnounced next = announcer.adapter("after-the-replay", 219);
        announcer.announce(next);
        status(AdapterLoaded.class, next);
        assertThat(tryAnswer(adapter.model())).isEqualTo("404");
    }

    private static ProducerRecord<String, byte[]> with(
            ProducerRecord<String, byte[]> headers, String key, String value) {
        return new ProducerRecord<>(
                headers.topic(),
                null,
                key,
                value.getBytes(StandardCharsets.UTF_8),
                headers.headers());
    }

    private double refusals() throws Exception {
        return get("/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("loramill_serve_announcements_refused_total"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private void assertRefused(AdapterAnnounced adapter, String... reasons) throws Exception {
        String base = answer(TinyServing.BASE_ID);
        announcer.announce(adapter);

        AdapterRefused refused = status(AdapterRefused.class, adapter);
        assertThat(refused.model()).isEqualTo(adapter.model());
        assertThat(refused.reason()).contains(reasons);
        assertThat(tryAnswer(adapter.model())).isEqualTo("404");
        assertThat(answer(TinyServing.BASE_ID)).isEqualTo(base);
    }

    private <S extends ServingStatus> S status(Class<S> kind, AdapterAnnounced adapter) {
        return await().atMost(PATIENCE)
                .until(
                        () ->
                                announcer.statuses().stream()
                                        .filter(status ->
                                                status.adapterId().equals(adapter.adapterId()))
                                        .filter(kind::isInstance)
                                        .map(kind::cast)
                                        .findFirst(),
                        java.util.Optional::isPresent)
                .orElseThrow();
    }

    private Instant loadedAt(AdapterAnnounced adapter) throws Exception {
        for (JsonNode entry : JSON.readTree(get("/v1/served-adapters").body()).path("data")) {
            if (entry.path("id").asText().equals(adapter.adapterId())) {
                return Instant.parse(entry.path("loaded_at").asText());
            }
        }
        throw new AssertionError(adapter.model() + " is not listed");
    }

    private String answer(String model) throws Exception {
        HttpResponse<String> response = ask(model, false);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body()).at("/choices/0/message/content").asText();
    }

    /** The answer, or the status that there is none. */
    private String tryAnswer(String model) {
        try {
            HttpResponse<String> response = ask(model, false);
            return response.statusCode() == 200
                    ? JSON.readTree(response.body()).at("/choices/0/message/content").asText()
                    : Integer.toString(response.statusCode());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private String stream() {
        try {
            StringBuilder text = new StringBuilder();
            for (String line : ask(TinyServing.BASE_ID, true).body().split("\n")) {
                if (line.startsWith("data: {")) {
                    text.append(
                            JSON.readTree(line.substring(6))
                                    .at("/choices/0/delta/content")
                                    .asText());
                }
            }
            return text.toString();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private HttpResponse<String> ask(String model, boolean isStream) throws Exception {
        String body =
                JSON.writeValueAsString(
                        JSON.createObjectNode()
                                .put("model", model)
                                .put("temperature", 0)
                                .put("max_tokens", 60)
                                .put("stream", isStream)
                                .set(
                                        "messages",
                                        JSON.createArrayNode()
                                                .add(
                                                        JSON.createObjectNode()
                                                                .put("role", "user")
                                                                .put("content", "How are you?"))));
        return http.send(
                HttpRequest.newBuilder(address.resolve("/v1/chat/completions"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(address.resolve(path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
