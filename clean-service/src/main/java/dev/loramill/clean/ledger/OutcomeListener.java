package dev.loramill.clean.ledger;

import dev.loramill.clean.announce.Announcer;
import dev.loramill.events.Topics;
import dev.loramill.outbox.legacy.Outbox;
import dev.loramill.outbox.legacy.TransactionalConsumer;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Reads the outcomes of rows and the events of datasets into the ledger.
 *
 * <p>Delivery: at least once from Kafka, exactly once in effect, since the offsets are stored in
 * the transaction of the effect. Idempotency key: dataset and row id. Ordering: none is needed
 * between rows; the events of a dataset come in order. Failure: a batch that the database refuses
 * is tried again; a record that is no event goes to the topic's dead-letter queue.
 */
@Readiness
@ApplicationScoped
class OutcomeListener implements HealthCheck {
    private static final String GROUP = "loramill-clean-ledger";

    private final TransactionalConsumer consumer;

    OutcomeListener(
            DataSource dataSource,
            @ConfigProperty(name = "kafka.bootstrap.servers", defaultValue = "127.0.0.1:19092")
                    String bootstrapServers,
            LedgerConfig config,
            Announcer announcer) {
        this.consumer = consumer(dataSource, bootstrapServers, config.maxBatch(), announcer::wake);
    }

    static TransactionalConsumer consumer(
            DataSource dataSource, String bootstrapServers, int maxBatch, Runnable afterCommit) {
        return TransactionalConsumer.builder(GROUP, dataSource, bootstrapServers)
                .topics(Topics.ROWS_CLEANED, Topics.ROWS_REJECTED, Topics.DATASETS_HISTORY)
                .handlerRaw(new Ledger(new Outbox(Announcer.SOURCE))::apply)
                .maxPollRecords(maxBatch)
                .afterCommit(afterCommit)
                .build();
    }

    void onStart(@Observes StartupEvent event) {
        consumer.start();
    }

    void onStop(@Observes ShutdownEvent event) {
        consumer.close();
    }

    @Override
    public HealthCheckResponse call() {
        return consumer.fault()
                .map(fault ->
                        HealthCheckResponse.named("ledger").withData("fault", fault).down().build())
                .orElseGet(() -> HealthCheckResponse.up("ledger"));
    }
}
