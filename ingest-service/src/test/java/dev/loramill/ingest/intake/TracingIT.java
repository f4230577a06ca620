package dev.loramill.ingest.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RowEvent;
import dev.loramill.events.Topics;
import dev.loramill.ingest.stack.InProcessIngest;
import dev.loramill.stack.HttpAnswer;
import dev.loramill.stack.HttpTestClient;
import dev.loramill.stack.Topic;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(InProcessIngest.class)
@TestProfile(TracingIT.Traced.class)
@SuppressWarnings("NullAway.Init") // Quarkus gives them
class TracingIT {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ROWS =
            "{\"question\":\"Why?\",\"answer\":\"So.\"}\n{\"question\":\"Why?\"}\n";

    /** Turned on by its one setting. */
    public static final class Traced implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.otel.sdk.disabled", "false");
        }
    }

    @TestHTTPResource URI url;
    @Inject EntityManager database;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @Test
    void rowsOfAFileAndTheEventsOfItsDatasetBelongToTheTraceOfTheRequest() {
        try (HttpTestClient http = new HttpTestClient(url)) {
            String file = upload(http).at("/id");
            // Refused with 503 until the broker has answered for the first time.
            HttpAnswer opened =
                    await().atMost(PATIENCE)
                            .until(() -> open(http, file), answer -> answer.status() != 503);
            assertThat(opened.status()).as(opened.text()).isEqualTo(200);
            String dataset = opened.at("/id");
            await().atMost(PATIENCE)
                    .until(() -> http.get("/v1/datasets/" + dataset).at("/state").equals("sealed"));

            assertThat(traces(Topics.ROWS_RECEIVED, dataset)).containsExactly(TRACE);
            assertThat(traces(Topics.ROWS_REJECTED, dataset)).containsExactly(TRACE);
            assertThat(waiting(dataset))
                    .as("opened and sealed, on two topics each")
                    .hasSize(4)
                    .allSatisfy(headers -> assertThat(headers).contains("00-" + TRACE));
        }
    }

    private static HttpAnswer open(HttpTestClient http, String file) {
        return http.send(
                http.request("/v1/datasets")
                        .header("Content-Type", "application/json")
                        .header("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01")
                        .POST(BodyPublishers.ofString("{\"file\":\"%s\"}".formatted(file))));
    }

    private static HttpAnswer upload(HttpTestClient http) {
        return http.send(
                http.request("/v1/files")
                        .header("Content-Type", "multipart/form-data; boundary=b")
                        .POST(
                                BodyPublishers.ofString(
                                        """
                                        --b\r
                                        Content-Disposition: form-data; name="purpose"\r
                                        \r
                                        fine-tune\r
                                        --b\r
                                        Content-Disposition: form-data; name="file"; filename="a"\r
                                        \r
                                        %s\r
                                        --b--\r
                                        """
                                                .formatted(ROWS))));
    }

    /** Traces of the rows of a dataset. */
    private List<String> traces(String topic, String dataset) {
        return new Topic(bootstrapServers, topic)
                .records().stream()
                        .filter(record ->
                                KafkaEvents.read(record).event() instanceof RowEvent row
                                        && row.datasetId().equals(dataset))
                        .map(record -> trace(record.headers()))
                        .toList();
    }

    private static String trace(Headers headers) {
        return new String(headers.lastHeader("traceparent").value(), StandardCharsets.UTF_8)
                .split("-", -1)[1];
    }

    /** Values of the headers of a dataset's events in the outbox. */
    @SuppressWarnings("unchecked")
    private List<String> waiting(String dataset) {
        List<String> headers =
                QuarkusTransaction.requiringNew()
                        .call(() ->
                                (List<String>)
                                        database.createNativeQuery(
                                                        "SELECT headers FROM outbox WHERE convert_from(record_key, 'UTF8') = :key",
                                                        String.class)
                                                .setParameter("key", dataset)
                                                .getResultList());
        return headers.stream().map(TracingIT::traceOf).toList();
    }

    private static String traceOf(String headers) {
        int value = headers.indexOf("\"value\":\"", headers.indexOf("\"traceparent\"")) + 9;
        return new String(
                Base64.getDecoder().decode(headers.substring(value, headers.indexOf('"', value))),
                StandardCharsets.UTF_8);
    }
}
