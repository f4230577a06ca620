package dev.loramill.ingest.upload;

import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RowEvent;
import dev.loramill.messaging.Stopping;
import dev.loramill.messaging.Trace;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jspecify.annotations.Nullable;

/**
 * Publishes rows by the thousand; for any number of threads.
 *
 * <p>It sends by the Kafka producer of the channel {@code rows}, which has the settings of the
 * channel, and TLS and SASL as all clients have them, and not by an emitter: an emitter buffers
 * what it is given, up to a file of 512 MB on a heap of 256 MB, or refuses it; the producer's own
 * {@code send} waits until there is room, and so does the reader of the file.
 */
@ApplicationScoped
class RowPublisher {
    private static final String CHANNEL = "rows";

    private final KafkaClientService clients;
    private final Stopping stopping;
    private final URI source;

    /**
     * @param emitter never used: the channel is there for the sake of its producer
     */
    RowPublisher(
            KafkaClientService clients,
            Stopping stopping,
            @Channel(CHANNEL) @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
                    MutinyEmitter<byte[]> emitter,
            @ConfigProperty(name = "loramill.events.source") URI source) {
        this.clients = clients;
        this.stopping = stopping;
        this.source = source;
    }

    /**
     * Begins to publish rows that succeed or fail together, in the trace of this thread; for one
     * thread.
     *
     * @param time when they were accepted; the same whenever they are published again
     */
    Publication begin(Instant time) {
        return new Publication(time);
    }

    private Producer<String, byte[]> producer() {
        return clients.<String, byte[]>getProducer(CHANNEL).unwrap();
    }

    /** Rows on their way. */
    final class Publication {
        private final Producer<String, byte[]> producer = producer();
        private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        private final @Nullable String traceParent = Trace.current();
        private final Instant time;

        private Publication(Instant time) {
            this.time = time;
        }

        /**
         * Sends a row, or waits until there is room for it.
         *
         * @throws BrokerAwayException when this or an earlier row was not taken
         */
        void send(RowEvent row) throws BrokerAwayException {
            requireNoFailure();
            try {
                ProducerRecord<String, byte[]> record =
                        KafkaEvents.record(EventEnvelope.of(source, time, row));
                Trace.addTo(record.headers(), traceParent);
                producer.send(
                        record,
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
        void complete() throws BrokerAwayException {
            producer.flush();
            requireNoFailure();
        }

        private void requireNoFailure() throws BrokerAwayException {
            if (stopping.hasBegun()) {
                throw new BrokerAwayException(
                        "the service stops; what was accepted is published at its next start",
                        null);
            }
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
