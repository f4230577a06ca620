package dev.loramill.train.schedule;

import dev.loramill.events.Topics;
import dev.loramill.events.TrainingEvent;
import dev.loramill.outbox.legacy.ConsumedEvent;
import dev.loramill.outbox.legacy.PoisonEventException;
import dev.loramill.outbox.legacy.TransactionalConsumer;
import dev.loramill.train.announce.Consumption;
import dev.loramill.train.announce.KafkaConfig;
import dev.loramill.train.announce.Relay;
import dev.loramill.train.job.JobsMoved;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Listens to what attempts report.
 *
 * <p>Delivery: each takes effect once, its offset is stored with it. Idempotency key: the attempt's
 * epoch; what carries another than the job's newest is ignored. Ordering: by job. Failure: the
 * batch is tried again; what is no report goes to the dead-letter queue.
 */
@ApplicationScoped
class TrainingEventsListener implements Consumption {
    private final TransactionalConsumer consumer;
    private final AttemptReports reports;

    TrainingEventsListener(
            DataSource dataSource,
            KafkaConfig kafka,
            AttemptReports reports,
            Relay relay,
            Event<JobsMoved> news) {
        this.reports = reports;
        this.consumer =
                TransactionalConsumer.builder(
                                "train.training-events", dataSource, kafka.bootstrapServers())
                        .topics(Topics.TRAINING_EVENTS)
                        .handler(this::handle)
                        .afterCommit(() -> {
                            relay.wake();
                            news.fire(new JobsMoved());
                        })
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
            if (!(consumed.envelope().event() instanceof TrainingEvent event)) {
                throw new PoisonEventException(consumed, "this topic carries reports only");
            }
            reports.take(tx, event);
        }
    }

    @Override
    public String topic() {
        return Topics.TRAINING_EVENTS;
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
