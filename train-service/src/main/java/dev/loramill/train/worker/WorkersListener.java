package dev.loramill.train.worker;

import dev.loramill.events.Topics;
import dev.loramill.events.WorkerHeartbeat;
import dev.loramill.outbox.legacy.ConsumedEvent;
import dev.loramill.outbox.legacy.PoisonEventException;
import dev.loramill.outbox.legacy.TransactionalConsumer;
import dev.loramill.train.announce.Consumption;
import dev.loramill.train.announce.KafkaConfig;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Listens to heartbeats.
 *
 * <p>Delivery: each takes effect once, its offset is stored with it. Idempotency key: the worker's
 * id; a later heartbeat replaces an earlier one. Ordering: by worker. Failure: the batch is tried
 * again; what is no heartbeat goes to the dead-letter queue.
 */
@ApplicationScoped
class WorkersListener implements Consumption {
    private final TransactionalConsumer consumer;
    private final WorkerTable workers;
    private final Clock clock;

    WorkersListener(DataSource dataSource, KafkaConfig kafka, WorkerTable workers, Clock clock) {
        this.workers = workers;
        this.clock = clock;
        this.consumer =
                TransactionalConsumer.builder("train.workers", dataSource, kafka.bootstrapServers())
                        .topics(Topics.WORKERS)
                        .handler(this::handle)
                        .build();
    }

    void start(@Observes StartupEvent event) {
        consumer.start();
    }

    void stop(@Observes ShutdownEvent event) {
        consumer.close();
    }

    private void handle(Connection tx, List<ConsumedEvent> batch) throws SQLException {
        for (ConsumedEvent consumed : batch) {
            if (!(consumed.envelope().event() instanceof WorkerHeartbeat heartbeat)) {
                throw new PoisonEventException(consumed, "this topic carries heartbeats only");
            }
            workers.heard(tx, heartbeat, clock.instant());
        }
    }

    @Override
    public String topic() {
        return Topics.WORKERS;
    }

    @Override
    public Optional<String> fault() {
        return consumer.fault();
    }

    @Override
    public long lag() {
        return consumer.lag();
    }
}
