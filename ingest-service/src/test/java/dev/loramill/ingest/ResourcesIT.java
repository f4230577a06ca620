package dev.loramill.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.ingest.stack.InProcessIngest;
import dev.loramill.ingest.stack.RecipePeer;
import dev.loramill.stack.HttpAnswer;
import dev.loramill.stack.HttpTestClient;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The routes within the test's own JVM: each does its work, and refuses in a sentence. */
@QuarkusTest
@QuarkusTestResource(InProcessIngest.class)
class ResourcesIT {
    private static final String ROWS =
            """
            {"question":"Why?","answer":"So."}
            {"question":"Where?","answer":"There."}
            """;

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
    void aFileIsTakenGivenBackDeletedAndRefusedForAnotherPurpose() {
        HttpAnswer file = upload("fine-tune");
        assertThat(file.status()).as(file.text()).isEqualTo(200);
        assertThat(file.at("/filename")).isEqualTo("rows.jsonl");
        assertThat(file.at("/format/name")).isEqualTo("question-answer");
        String path = "/v1/files/" + file.at("/id");
        assertThat(http.get(path).json()).isEqualTo(file.json());
        assertThat(http.get(path + "/content").text()).isEqualTo(ROWS);
        assertThat(http.get("/v1/files?limit=100").text()).contains(file.at("/id"));
        assertThat(http.delete(path).at("/deleted")).isEqualTo("true");
        assertThat(http.get(path).status()).isEqualTo(404);
        assertThat(http.get(path).at("/error/message")).contains(file.at("/id"));

        HttpAnswer refused = upload("batch");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.at("/error/message"))
                .isEqualTo("purpose must be \"fine-tune\", got \"batch\"");
    }

    @Test
    void aDatasetIsOpenedTakesRowsIsSealedAndRefusesAnUnknownRecipe() {
        // Refused with 503 until the broker has answered for the first time.
        HttpAnswer opened =
                await().atMost(Duration.ofSeconds(30))
                        .until(
                                () ->
                                        http.post(
                                                "/v1/datasets",
                                                "{\"id\":\"routes\",\"recipe\":\"medical-forum\"}"),
                                answer -> answer.status() != 503);
        assertThat(opened.status()).as(opened.text()).isEqualTo(200);
        assertThat(opened.at("/recipe/digest")).isEqualTo(RecipePeer.FORUM_DIGEST);
        HttpAnswer rows =
                http.send(
                        http.request("/v1/datasets/routes/rows")
                                .header("Content-Type", "application/x-ndjson")
                                .header("Idempotency-Key", "once")
                                .POST(BodyPublishers.ofString(ROWS)));
        assertThat(rows.status()).as(rows.text()).isEqualTo(200);
        assertThat(http.post("/v1/datasets/routes/seal", "").status()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> http.get("/v1/datasets/routes").at("/row_count").equals("2"));
        assertThat(http.get("/v1/datasets/routes").at("/state")).isEqualTo("sealed");
        assertThat(http.get("/v1/datasets?limit=100").text()).contains("\"routes\"");

        HttpAnswer refused = http.post("/v1/datasets", "{\"recipe\":\"none-such\"}");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.at("/error/message")).contains("none-such");
        assertThat(http.get("/v1/datasets/ds-none").at("/error/message")).contains("ds-none");
    }

    private HttpAnswer upload(String purpose) {
        String boundary = "loramill-boundary-7d1f";
        String form =
                """
                --%1$s\r
                Content-Disposition: form-data; name="purpose"\r
                \r
                %2$s\r
                --%1$s\r
                Content-Disposition: form-data; name="file"; filename="rows.jsonl"\r
                Content-Type: application/octet-stream\r
                \r
                %3$s\r
                --%1$s--\r
                """
                        .formatted(boundary, purpose, ROWS);
        return http.send(
                http.request("/v1/files")
                        .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                        .POST(BodyPublishers.ofString(form)));
    }
}
