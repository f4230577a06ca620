package dev.loramill.worker.agent;

import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.TrainingEvent;
import dev.loramill.messaging.Trace;
import io.smallrye.reactive.messaging.MutinyEmitter;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes to Kafka, signed, idempotent and in order; a broker that is away delays, it loses
 * nothing.
 */
@ApplicationScoped
class EventReporter implements Reporter {
    static final URI SOURCE = URI.create("/loramill/train-worker");

    private static final Logger LOG = LoggerFactory.getLogger(EventReporter.class);

    private final WorkerSecret secret;
    private final MutinyEmitter<ProducerRecord<String, byte[]>> emitter;

    EventReporter(
            WorkerSecret secret,
            @Channel("training-events") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
                    MutinyEmitter<ProducerRecord<String, byte[]>> emitter) {
        this.secret = secret;
        this.emitter = emitter;
    }

    @Override
    public synchronized void report(TrainingEvent event) {
        emitter.send(record(event))
                .subscribe()
                .with(
                        _ -> {},
                        fault ->
                                LOG.atWarn()
                                        .setCause(fault)
                                        .addKeyValue("jobId", event.attempt().jobId())
                                        .addKeyValue("attempt", event.attempt().attempt())
                                        .addKeyValue("eventType", event.getClass().getSimpleName())
                                        .log("The broker refuses an event"));
    }

    @Override
    public void reportAndWait(TrainingEvent event) throws InterruptedException {
        try {
            emitter.send(record(event)).subscribeAsCompletionStage().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "the broker refuses %s of job \"%s\": %s"
                            .formatted(
                                    event.getClass().getSimpleName(),
                                    event.attempt().jobId(),
                                    e.getCause()),
                    e.getCause());
        }
    }

    private ProducerRecord<String, byte[]> record(TrainingEvent event) {
        ProducerRecord<String, byte[]> record = KafkaEvents.record(EventEnvelope.of(SOURCE, event));
        secret.sign(record);
        Trace.addTo(record.headers());
        return record;
    }
}
