package dev.loramill.train.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.AdapterEvaluation;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.AttemptReference;
import dev.loramill.events.LoraSpec;
import dev.loramill.events.Topics;
import dev.loramill.stack.HttpTestClient;
import dev.loramill.train.gate.Verdict;
import dev.loramill.train.job.Job;
import dev.loramill.train.job.JobRepository;
import dev.loramill.train.stack.Samples;
import dev.loramill.train.stack.TrainDatabase;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TrainDatabase.class)
class AdapterResourceTest {
    private static final String ADAPTER = "6".repeat(64);
    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final String MODEL = "ft:tiny-base:loramill::held";

    @Inject JobRepository jobs;
    @Inject AdapterRegistry registry;
    @Inject EntityManager entities;

    @Test
    void heldAdapterIsPromotedOnceHeldAgainAndRetiredForGood() {
        QuarkusTransaction.requiringNew()
                .run(() -> {
                    Job job = Samples.running(new AttemptReference("ftjob-held", 1, 301, "w"));
                    job.belongTo(TRACE);
                    jobs.persist(job);
                    registry.register(candidate(), new Verdict.Held(List.of("loss did not fall")));
                });
        try (HttpTestClient http = new HttpTestClient(address())) {
            var held = http.get("/v1/adapters/" + MODEL);
            assertThat(held.at("/state")).isEqualTo("held");
            assertThat(held.at("/evaluation/base_eval_loss")).isEqualTo("2.5");
            assertThat(held.at("/contract/base_digest")).isEqualTo("b".repeat(64));
            assertThat(http.get("/v1/adapters?limit=1").at("/data/0/adapter/size_bytes"))
                    .isNotEmpty();
            assertThat(http.post("/v1/adapters/" + ADAPTER + "/promote", "").at("/state"))
                    .isEqualTo("live");
            assertThat(http.post("/v1/adapters/" + ADAPTER + "/promote", "").status())
                    .isEqualTo(200);
            var heldByHand = http.post("/v1/adapters/" + ADAPTER + "/hold", "");
            assertThat(heldByHand.at("/state")).isEqualTo("held");
            assertThat(heldByHand.text()).contains("held by a person");
            assertThat(http.post("/v1/adapters/" + MODEL + "/hold", "").status()).isEqualTo(200);
            assertThat(http.post("/v1/adapters/" + MODEL + "/retire", "").at("/state"))
                    .isEqualTo("retired");
            assertThat(http.post("/v1/adapters/" + ADAPTER + "/promote", "").at("/error/code"))
                    .isEqualTo("invalid_state");
            assertThat(http.post("/v1/adapters/" + ADAPTER + "/hold", "").at("/error/code"))
                    .isEqualTo("invalid_state");
            assertThat(http.get("/v1/adapters/none").status()).isEqualTo(404);
        }
        assertThat(announced()).containsExactly("HELD", "LIVE", "HELD", "RETIRED");
        assertThat(headers())
                .as("tracing is off, so no change has a trace but that of the job")
                .hasSize(4)
                .allSatisfy(headers -> assertThat(headers).contains("traceparent", base64(TRACE)));
    }

    @Test
    void twoAdaptersOfOneNameAreBothRegisteredEachUnderItsOwn() {
        String first = "8".repeat(64);
        String second = "7".repeat(64);
        String model = "ft:tiny-base:loramill::same";
        QuarkusTransaction.requiringNew()
                .run(() ->
                        jobs.persist(
                                Samples.running(
                                        new AttemptReference("ftjob-same-name", 1, 302, "w"))));

        List<String> names =
                List.of(first, second, second).stream()
                        .map(id ->
                                QuarkusTransaction.requiringNew()
                                        .call(() ->
                                                registry.register(
                                                                candidate(
                                                                        id,
                                                                        model,
                                                                        "ftjob-same-name"),
                                                                new Verdict.Held(List.of("?")))
                                                        .candidate()
                                                        .model()))
                        .toList();

        assertThat(names)
                .containsExactly(model, model + "-7777777777777777", model + "-7777777777777777");
    }

    private static URI address() {
        return ConfigProvider.getConfig().getValue("test.url", URI.class);
    }

    private List<String> announced() {
        return outbox("CAST(convert_from(value, 'UTF8') AS json)->>'state'");
    }

    private List<String> headers() {
        return outbox("CAST(headers AS text)");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> outbox(String column) {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        entities
                                .createNativeQuery(
                                        "SELECT "
                                                + column
                                                + " FROM outbox WHERE topic = ?1 AND"
                                                + " convert_from(record_key, 'UTF8') = ?2"
                                                + " ORDER BY id",
                                        String.class)
                                .setParameter(1, Topics.ADAPTERS)
                                .setParameter(2, ADAPTER)
                                .getResultList()
                                .stream()
                                .map(String::valueOf)
                                .toList());
    }

    private static Candidate candidate() {
        return candidate(ADAPTER, MODEL, "ftjob-held");
    }

    private static Candidate candidate(String adapter, String model, String job) {
        return new Candidate(
                model,
                job,
                "tiny-base",
                new ArtifactReference(adapter, 10),
                Samples.FILE,
                Samples.CONTRACT,
                new LoraSpec(16, 32, 0, LoraSpec.ALL_TARGETS),
                "e".repeat(64),
                new AdapterEvaluation(2.5, 2.6, Samples.FILE, 3.5, List.of(), "greedy", null));
    }
}
