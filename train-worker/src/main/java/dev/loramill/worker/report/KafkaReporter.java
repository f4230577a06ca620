package dev.loramill.worker.report;

import dev.loramill.events.Event;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes to Kafka, idempotent and in order; a broker that is away delays, it loses nothing. */
public final class KafkaReporter implements Reporter, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaReporter.class);
    private static final URI SOURCE = URI.create("/loramill/train-worker");

    private final Producer<String, byte[]> producer;

    /** Connects to a cluster. */
    public KafkaReporter(String bootstrapServers) {
        this.producer =
                new KafkaProducer<>(
                        Map.of(
                                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                bootstrapServers,
                                ProducerConfig.ACKS_CONFIG,
                                "all",
                                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                                true,
                                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                                600_000,
                                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                                60_000,
                                ProducerConfig.LINGER_MS_CONFIG,
                                5),
                        new StringSerializer(),
                        new ByteArraySerializer());
    }

    @Override
    public void report(Event event) {
        var unused =
                producer.send(
                        KafkaEvents.record(EventEnvelope.of(SOURCE, event)),
                        (RecordMetadata metadata, Exception fault) -> {
                            if (fault != null) {
                                LOG.warn(
                                        "An event could not be published: eventType={} reason={}",
                                        event.getClass().getSimpleName(),
                                        fault.toString());
                            }
                        });
    }

    @Override
    public void reportAndWait(Event event) throws InterruptedException {
        EventEnvelope envelope = EventEnvelope.of(SOURCE, event);
        while (true) {
            try {
                producer.send(KafkaEvents.record(envelope)).get();
                return;
            } catch (InterruptException e) {
                InterruptedException interrupted = new InterruptedException(e.getMessage());
                interrupted.initCause(e);
                throw interrupted;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof RetriableException)) {
                    throw new IllegalStateException("the broker refuses " + event, e.getCause());
                }
                LOG.warn(
                        "An event could not be published, trying again: eventType={} reason={}",
                        event.getClass().getSimpleName(),
                        String.valueOf(e.getCause()));
            }
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
