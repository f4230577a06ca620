package dev.loramill.ingest.submitted;

import dev.loramill.events.Topics;
import dev.loramill.ingest.announce.KafkaConfig;
import dev.loramill.ingest.announce.Relay;
import dev.loramill.outbox.legacy.PoisonEventException;
import dev.loramill.outbox.legacy.TransactionalConsumer;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/**
 * Listens to the topic of submitted rows. Delivery: at least once, effect exactly once, since the
 * offsets are stored in the transaction of the effect. Idempotency key: partition, offset and place
 * in the record. Ordering: that of the partition. Faults: a wrong row is refused as such; a record
 * that belongs to no open dataset goes to the dead-letter queue; a fault of the database is retried
 * for as long as it lasts.
 */
@Readiness
@ApplicationScoped
class RowsSubmittedListener implements HealthCheck {
    /** Header that names the dataset of a record. */
    static final String DATASET_HEADER = "loramill-dataset";

    private static final String GROUP = "loramill-ingest";
    private static final int MAX_POLL_RECORDS = 100;
    private static final int BEFORE_RELAY = 100;

    private final SubmittedRows rows;
    private final TransactionalConsumer consumer;

    RowsSubmittedListener(
            SubmittedRows rows, DataSource dataSource, KafkaConfig kafka, Relay relay) {
        this.rows = rows;
        this.consumer =
                TransactionalConsumer.builder(GROUP, dataSource, kafka.bootstrapServers())
                        .topics(Topics.ROWS_SUBMITTED)
                        .handlerRaw(this::handle)
                        .maxPollRecords(MAX_POLL_RECORDS)
                        .afterCommit(relay::wake)
                        .build();
    }

    void start(@Observes StartupEvent event) {
        consumer.start();
    }

    void stop(@Observes @Priority(BEFORE_RELAY) ShutdownEvent event) {
        consumer.close();
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("rows-submitted")
                .status(consumer.isHealthy())
                .withData("lag", consumer.lag())
                .withData("fault", consumer.fault().orElse("none"))
                .build();
    }

    private void handle(Connection tx, List<ConsumerRecord<String, byte[]>> batch)
            throws SQLException {
        for (ConsumerRecord<String, byte[]> record : batch) {
            try {
                rows.accept(
                        tx,
                        Submission.read(dataset(record), record.value()),
                        record.partition(),
                        record.offset());
            } catch (UnattributableException e) {
                throw new PoisonEventException(record, String.valueOf(e.getMessage()));
            }
        }
    }

    private static @Nullable String dataset(ConsumerRecord<String, byte[]> record) {
        Header header = record.headers().lastHeader(DATASET_HEADER);
        return header == null || header.value() == null
                ? null
                : new String(header.value(), StandardCharsets.UTF_8);
    }
}
