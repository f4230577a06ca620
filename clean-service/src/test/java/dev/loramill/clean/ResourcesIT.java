package dev.loramill.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.clean.stack.Batches;
import dev.loramill.clean.stack.CleanResources;
import dev.loramill.clean.stack.CleanStack;
import dev.loramill.clean.stack.Rows;
import dev.loramill.events.DatasetOpened;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.Topics;
import dev.loramill.stack.HttpAnswer;
import dev.loramill.stack.HttpTestClient;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The routes within the test's own JVM: each does its work, and refuses in a sentence. */
@QuarkusTest
@QuarkusTestResource(CleanResources.class)
class ResourcesIT {
    private static final int PARTITION = 6;
    private static final int PAGES_PARTITION = 7;

    @Inject @Any InMemoryConnector connector;
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
    void aRecipeIsStoredFoundByNameAndRefusedWhenItsRulesAreNone() {
        HttpAnswer stored =
                http.post(
                        "/v1/recipes",
                        """
                        {"name":"routes","description":"d","rules":[],"examples":[]}
                        """);
        assertThat(stored.status()).as(stored.text()).isEqualTo(200);
        assertThat(http.get("/v1/recipes/routes").at("/digest")).isEqualTo(stored.at("/digest"));

        HttpAnswer refused =
                http.post(
                        "/v1/recipes",
                        """
                        {"name":"routes","description":"d",
                         "rules":[{"id":"a","type":"magic"}],"examples":[]}
                        """);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.at("/error/message")).contains("magic");
    }

    @Test
    void aLedgerIsShownFrozenAndItsVersionReadAndWhatIsNotThereIsNamed() {
        send(Batches.of(Topics.ROWS_CLEANED, PARTITION, 0, Rows.cleaned("ds-routes")));
        send(
                Batches.of(
                        Topics.DATASETS_HISTORY,
                        PARTITION,
                        0,
                        List.of(
                                new DatasetOpened("ds-routes", "n", Rows.NONE, Instant.EPOCH),
                                new DatasetSealed("ds-routes", "n", Rows.NONE, 10, 0))));
        await().until(() -> http.get("/v1/ledgers/ds-routes").at("/state").equals("cleaned"));

        assertThat(http.get("/v1/ledgers/ds-routes").at("/kept")).isEqualTo("10");
        assertThat(http.get("/v1/ledgers/ds-routes/rows?limit=1").at("/data/0/after/1/content"))
                .isEqualTo("Because");
        HttpAnswer frozen = freeze("{\"base\":\"%s\"}".formatted(CleanStack.BASE));
        assertThat(frozen.status()).as(frozen.text()).isEqualTo(200);
        String version = "/v1/dataset-versions/" + frozen.at("/version");
        assertThat(http.get(version).json()).isEqualTo(frozen.json().path("manifest"));
        assertThat(http.get(version + "/train.jsonl").text().lines())
                .hasSize(Integer.parseInt(frozen.at("/train_rows")));

        HttpAnswer refused = freeze("{\"base\":\"tiny\",\"eval_fraction\":2}");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.at("/error/message"))
                .isEqualTo("eval_fraction must be above 0 and below 1, got 2.0");
        assertThat(http.get("/v1/ledgers/ds-none").status()).isEqualTo(404);
        assertThat(http.get("/v1/ledgers/ds-none").at("/error/message")).contains("ds-none");
        assertThat(http.get("/v1/dataset-versions/none").at("/error/message"))
                .isEqualTo("there is no dataset version \"none\"");
    }

    @Test
    void pagesFollowOneAnotherAndAreRefusedAfterWhatIsNotThere() {
        List<String> datasets = List.of("ds-page-1", "ds-page-2", "ds-page-3");
        datasets.forEach(dataset ->
                send(
                        Batches.of(
                                Topics.ROWS_CLEANED,
                                PAGES_PARTITION,
                                offset(dataset),
                                Rows.cleaned(dataset))));
        await().until(() -> http.get("/v1/ledgers/ds-page-3").status() == 200);

        assertThat(http.get("/v1/ledgers?limit=1").at("/data/0/dataset")).isEqualTo("ds-page-3");
        HttpAnswer next = http.get("/v1/ledgers?limit=1&after=ds-page-3");
        assertThat(next.at("/data/0/dataset")).isEqualTo("ds-page-2");
        assertThat(next.at("/has_more")).isEqualTo("true");
        assertThat(http.get("/v1/ledgers?limit=100&after=ds-page-2").text())
                .contains("ds-page-1")
                .doesNotContain("ds-page-2", "ds-page-3");
        HttpAnswer unknown = http.get("/v1/ledgers?after=ds-none");
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(unknown.at("/error/message"))
                .isEqualTo("after must be the id of a dataset, got \"ds-none\"");
        assertThat(http.get("/v1/dataset-versions?after=none").at("/error/message"))
                .isEqualTo("after must be a dataset version, got \"none\"");
    }

    /** Offsets go on from batch to batch, as those of a topic do. */
    private static long offset(String dataset) {
        return 100L * (dataset.charAt(dataset.length() - 1) - '0');
    }

    private HttpAnswer freeze(String body) {
        return http.post("/v1/ledgers/ds-routes/freeze", body);
    }

    private void send(ConsumerRecords<String, byte[]> batch) {
        connector.<ConsumerRecords<String, byte[]>>source("outcomes").send(batch);
    }
}
