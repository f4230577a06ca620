package dev.loramill.train.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.loramill.events.AttemptReference;
import dev.loramill.events.Topics;
import dev.loramill.events.WorkerHeartbeat;
import dev.loramill.stack.HttpTestClient;
import dev.loramill.train.stack.Delivery;
import dev.loramill.train.stack.Samples;
import dev.loramill.train.stack.TrainDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.net.URI;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TrainDatabase.class)
class WorkerResourceTest {
    /** Longer than any other number of a worker, so that none has it as a part. */
    private static final long EPOCH = 123_456_789_012_345L;

    @Inject @Any InMemoryConnector connector;

    @Test
    void workersThatWereHeardAreListedWithWhatTheyRun() {
        connector
                .source("workers")
                .send(
                        new Delivery(Topics.WORKERS, 1)
                                .event(heartbeat("listed-free", null))
                                .event(
                                        heartbeat(
                                                "listed-busy",
                                                new AttemptReference(
                                                        "ftjob-listed", 2, EPOCH, "listed-busy")))
                                .records());

        try (HttpTestClient http =
                new HttpTestClient(ConfigProvider.getConfig().getValue("test.url", URI.class))) {
            await().until(() -> !listed(http, "listed-busy").isMissingNode());
            JsonNode busy = listed(http, "listed-busy");
            assertThat(busy.path("state").asText()).isEqualTo("busy");
            assertThat(busy.at("/running/job").asText()).isEqualTo("ftjob-listed");
            assertThat(busy.toString())
                    .as("nothing by which one could report in its place")
                    .doesNotContain(Long.toString(EPOCH), "epoch", "attempt", "instance");
            JsonNode free = listed(http, "listed-free");
            assertThat(free.path("state").asText()).isEqualTo("free");
            assertThat(free.path("memory_bytes").asLong()).isEqualTo(1L << 30);
            assertThat(free.path("running").isNull()).isTrue();
        }
    }

    private static JsonNode listed(HttpTestClient http, String id) {
        for (JsonNode worker : http.get("/v1/workers").json().path("data")) {
            if (worker.path("id").asText().equals(id)) {
                return worker;
            }
        }
        return MissingNode.getInstance();
    }

    private static WorkerHeartbeat heartbeat(String worker, @Nullable AttemptReference running) {
        return new WorkerHeartbeat(
                worker, 1, "cpu", 1L << 30, running, Samples.CREATED, "abc", null, null);
    }
}
