package dev.loramill.train.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.events.AttemptReference;
import dev.loramill.events.Topics;
import dev.loramill.events.WorkerHeartbeat;
import dev.loramill.train.stack.Delivery;
import dev.loramill.train.stack.Samples;
import dev.loramill.train.stack.TrainDatabase;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TrainDatabase.class)
class WorkersListenerTest {
    private static final AttemptReference ATTEMPT =
            new AttemptReference("ftjob-none", 1, 77, "worker-a");

    @Inject @Any InMemoryConnector connector;
    @Inject WorkerRepository workers;

    @Test
    void heartbeatOfAProcessThatANewerOneHasReplacedIsPassedOver() {
        connector
                .source("workers")
                .send(
                        new Delivery(Topics.WORKERS, 0)
                                .event(heartbeat("worker-a", 2, ATTEMPT))
                                .event(heartbeat("worker-a", 1, null))
                                .event(heartbeat("worker-b", 1, null))
                                .records());

        await().until(() -> ids(() -> workers.all()).contains("worker-b"));
        Worker first = QuarkusTransaction.requiringNew().call(() -> workers.findById("worker-a"));
        assertThat(first.incarnation()).isEqualTo(2);
        assertThat(first.running()).isEqualTo(ATTEMPT);
        assertThat(first.heardBusyWith(77)).isPresent();
        assertThat(first.heardBusyWith(78)).isEmpty();
        assertThat(ids(() -> workers.free(Instant.EPOCH)))
                .contains("worker-b")
                .doesNotContain("worker-a");
        assertThat(ids(() -> workers.strays(Instant.now()))).contains("worker-a");
        QuarkusTransaction.requiringNew().run(() -> workers.recalled(ATTEMPT));
        assertThat(ids(() -> workers.strays(Instant.now()))).doesNotContain("worker-a");
    }

    private static List<String> ids(Supplier<List<Worker>> workers) {
        return QuarkusTransaction.requiringNew()
                .call(() -> workers.get().stream().map(Worker::id).toList());
    }

    private static WorkerHeartbeat heartbeat(
            String worker, long incarnation, @Nullable AttemptReference running) {
        return new WorkerHeartbeat(worker, incarnation, "cpu", 1L << 30, running, Samples.CREATED);
    }
}
