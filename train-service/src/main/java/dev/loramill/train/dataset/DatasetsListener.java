package dev.loramill.train.dataset;

import dev.loramill.events.DatasetCleaned;
import dev.loramill.events.DatasetEvent;
import dev.loramill.events.DatasetFrozen;
import dev.loramill.events.DatasetOpened;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.FreezeRefused;
import dev.loramill.events.Topics;
import dev.loramill.outbox.legacy.ConsumedEvent;
import dev.loramill.outbox.legacy.PoisonEventException;
import dev.loramill.outbox.legacy.TransactionalConsumer;
import dev.loramill.train.announce.Consumption;
import dev.loramill.train.announce.KafkaConfig;
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
 * Listens for datasets that are cleaned.
 *
 * <p>Delivery: each takes effect once, its offset is stored with it. Idempotency key: the dataset's
 * id. Ordering: by dataset. Failure: the batch is tried again; what is no event of a dataset goes
 * to the dead-letter queue.
 */
@ApplicationScoped
class DatasetsListener implements Consumption {
    private final TransactionalConsumer consumer;
    private final CleanedDatasetTable cleaned;

    DatasetsListener(
            DataSource dataSource,
            KafkaConfig kafka,
            CleanedDatasetTable cleaned,
            Event<DatasetsCleaned> news) {
        this.cleaned = cleaned;
        this.consumer =
                TransactionalConsumer.builder(
                                "train.datasets", dataSource, kafka.bootstrapServers())
                        .topics(Topics.DATASETS)
                        .handler(this::handle)
                        .afterCommit(() -> news.fire(new DatasetsCleaned()))
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
            if (!(consumed.envelope().event() instanceof DatasetEvent event)) {
                throw new PoisonEventException(consumed, "this topic carries datasets only");
            }
            switch (event) {
                case DatasetCleaned done -> cleaned.put(tx, done);
                case DatasetOpened _, DatasetSealed _, DatasetFrozen _, FreezeRefused _ -> {}
            }
        }
    }

    @Override
    public String topic() {
        return Topics.DATASETS;
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
