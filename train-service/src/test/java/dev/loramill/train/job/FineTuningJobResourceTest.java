package dev.loramill.train.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.stack.HttpAnswer;
import dev.loramill.stack.HttpTestClient;
import dev.loramill.train.stack.Samples;
import dev.loramill.train.stack.TrainDatabase;
import dev.loramill.train.stack.TrainStack;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(TrainDatabase.class)
class FineTuningJobResourceTest {
    private static final String JOBS = "/v1/fine_tuning/jobs";

    @Inject JobRepository jobs;
    private HttpTestClient http;

    @BeforeEach
    void open() {
        http = new HttpTestClient(ConfigProvider.getConfig().getValue("test.url", URI.class));
    }

    @AfterEach
    void close() {
        http.close();
    }

    @Test
    void aJobIsShownListedCancelledOnceAndItsEventsTellOfIt() {
        QuarkusTransaction.requiringNew()
                .run(() -> jobs.persist(Samples.validating("ftjob-routes", "ds-routes")));

        HttpAnswer job = http.get(JOBS + "/ftjob-routes");
        assertThat(job.at("/object")).isEqualTo("fine_tuning.job");
        assertThat(job.at("/status")).isEqualTo("validating_files");
        assertThat(job.at("/model")).isEqualTo(TrainStack.BASE);
        assertThat(job.at("/metadata/team")).isEqualTo("it");
        assertThat(http.get(JOBS + "?limit=100").text()).contains("\"ftjob-routes\"");

        assertThat(http.post(JOBS + "/ftjob-routes/cancel", "").at("/status"))
                .isEqualTo("cancelled");
        assertThat(http.post(JOBS + "/ftjob-routes/cancel", "").status()).isEqualTo(200);
        assertThat(http.get(JOBS + "/ftjob-routes/events").at("/data/0/message"))
                .isEqualTo("The job was cancelled");
        assertThat(http.get(JOBS + "/ftjob-routes/events").json().path("data")).hasSize(1);
        assertThat(http.get(JOBS + "/ftjob-routes/checkpoints").json().path("data")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/ftjob-%00",
                "/ftjob-%00/events",
                "/ftjob-%00/checkpoints",
                "/ftjob-a%EF%BF%BD",
                "/ftjob-none/events?after=ftevent-%00"
            })
    void anIdThatNoJobCanHaveIsNotFound(String path) {
        assertThat(http.get(JOBS + path).status()).isIn(400, 404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?after=%00",
                "?limit=%00",
                "?metadata[a]=%00",
                "?metadata[%00]=a",
                "?metadata=%00"
            })
    void aQueryThatNoJobCanMatchIsRefused(String query) {
        assertThat(http.get(JOBS + query.replace("[", "%5B").replace("]", "%5D")).status())
                .isEqualTo(400);
    }

    @Test
    void aTextThatCannotBeStoredIsRefused() {
        String body = "{\"model\":\"%s\",\"training_file\":\"file-1\",\"metadata\":{\"a\":\"%s\"}}";

        assertThat(http.post(JOBS, body.formatted(TrainStack.BASE, "\\u0000")).status())
                .isEqualTo(400);
        assertThat(http.post(JOBS, body.formatted(TrainStack.BASE, "\\ud83d")).status())
                .isEqualTo(400);
        assertThat(http.post("/v1/adapters/a%00b/promote", "").status()).isEqualTo(400);
    }

    @Test
    void aJobIsRefusedWithAllThatIsWrongAndWhileTheServiceOfItsFileIsAway() {
        HttpAnswer empty = http.post(JOBS, "{}");
        assertThat(empty.status()).isEqualTo(400);
        assertThat(empty.at("/error/message"))
                .contains("model is required", "training_file is required");
        HttpAnswer model = http.post(JOBS, "{\"model\":\"gpt-7\",\"training_file\":\"file-1\"}");
        assertThat(model.at("/error/param")).isEqualTo("model");
        assertThat(model.at("/error/message")).contains("gpt-7", TrainStack.BASE);

        HttpAnswer away =
                http.post(
                        JOBS,
                        "{\"model\":\"%s\",\"training_file\":\"file-1\"}"
                                .formatted(TrainStack.BASE));
        assertThat(away.status()).isEqualTo(503);
        assertThat(away.headers().firstValue("Retry-After")).isPresent();
        assertThat(away.at("/error/message")).contains("no job was created");
        HttpAnswer none = http.get(JOBS + "/ftjob-none");
        assertThat(none.status()).isEqualTo(404);
        assertThat(none.at("/error/message")).contains("ftjob-none");
    }
}
