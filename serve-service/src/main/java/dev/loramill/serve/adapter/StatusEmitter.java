package dev.loramill.serve.adapter;

import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.ServingStatus;
import dev.loramill.messaging.Trace;
import io.smallrye.reactive.messaging.MutinyEmitter;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what this replica did with adapters, in order. While the broker is away statuses wait
 * in memory and hold up no request; what waits when the replica ends is lost, and its next start
 * reports its adapters anew.
 */
@ApplicationScoped
class StatusEmitter implements StatusSink {
    private static final Logger LOG = LoggerFactory.getLogger(StatusEmitter.class);

    private final MutinyEmitter<ProducerRecord<String, byte[]>> emitter;
    private final URI source;

    StatusEmitter(
            @Channel("serving-status") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
                    MutinyEmitter<ProducerRecord<String, byte[]>> emitter,
            Replica replica) {
        this.emitter = emitter;
        this.source =
                URI.create(
                        "/loramill/serve/"
                                + URLEncoder.encode(replica.id(), StandardCharsets.UTF_8));
    }

    @Override
    public synchronized void publish(ServingStatus status) {
        ProducerRecord<String, byte[]> record =
                KafkaEvents.record(EventEnvelope.of(source, status));
        Trace.addTo(record.headers());
        emitter.send(record).subscribe().with(_ -> {}, fault -> lost(status, fault));
    }

    private static void lost(ServingStatus status, Throwable fault) {
        LOG.atError()
                .setCause(fault)
                .addKeyValue("adapterId", status.adapterId())
                .log("Status lost");
    }
}
