package dev.loramill.ingest.announce;

import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RowEvent;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Publishes rows by the thousand; for any number of threads. */
public final class RowPublisher implements AutoCloseable {
    /** CloudEvents source of this service. */
    public static final URI SOURCE = URI.create("/loramill/ingest");

    private static final int MAX_REQUEST_BYTES = 8 << 20;

    private final Producer<String, byte[]> producer;

    /** Makes a publisher; the brokers need not be there yet. */
    public RowPublisher(String bootstrapServers) {
        this.producer =
                new KafkaProducer<>(
                        Map.of(
                                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                bootstrapServers,
                                ProducerConfig.ACKS_CONFIG,
                                "all",
                                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                                true,
                                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                                "lz4",
                                ProducerConfig.LINGER_MS_CONFIG,
                                5,
                                ProducerConfig.BATCH_SIZE_CONFIG,
                                128 << 10,
                                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                                MAX_REQUEST_BYTES,
                                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                                5_000,
                                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                                5_000,
                                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                                10_000),
                        new StringSerializer(),
                        new ByteArraySerializer());
    }

    /** Begins to publish rows that succeed or fail together; for one thread. */
    public Publication begin() {
        return new Publication();
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }

    /** Rows on their way. */
    public final class Publication {
        private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

        private Publication() {}

        /**
         * Sends a row, or waits until there is room for it.
         *
         * @throws BrokerAwayException when this or an earlier row was not taken
         */
        public void send(RowEvent row) throws BrokerAwayException {
            requireNoFailure();
            try {
                producer.send(
                        KafkaEvents.record(EventEnvelope.of(SOURCE, row)),
                        (metadata, exception) -> {
                            if (exception != null) {
                                failure.compareAndSet(null, exception);
                            }
                        });
            } catch (KafkaException e) {
                failure.compareAndSet(null, e);
                requireNoFailure();
            }
        }

        /**
         * Waits until Kafka has acknowledged every row.
         *
         * @throws BrokerAwayException when it did not take one; others may have been taken
         */
        public void complete() throws BrokerAwayException {
            producer.flush();
            requireNoFailure();
        }

        private void requireNoFailure() throws BrokerAwayException {
            Exception cause = failure.get();
            if (cause != null) {
                throw new BrokerAwayException(
                        "Kafka did not take the rows (%s); what was accepted is published when it"
                                        .formatted(cause.getMessage())
                                + " is back, and sending it again does no harm",
                        cause);
            }
        }
    }
}
