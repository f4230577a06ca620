package dev.loramill.train.worker;

import dev.loramill.events.WorkerHeartbeat;
import dev.loramill.outbox.ConsumedEvent;
import dev.loramill.outbox.DeadLetters;
import dev.loramill.outbox.Inbox;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to heartbeats.
 *
 * <p>Delivery: each takes effect once, its offset is stored with it. Idempotency key: the worker's
 * id; a later heartbeat replaces an earlier one. Ordering: by worker. Failure: the batch is tried
 * again; what is no heartbeat goes to the dead-letter queue.
 */
@ApplicationScoped
class WorkersListener {
    private static final Logger LOG = LoggerFactory.getLogger(WorkersListener.class);
    private static final String CHANNEL = "workers";

    private final Inbox inbox;
    private final WorkerRepository workers;
    private final LeaseConfig lease;
    private final Clock clock;

    WorkersListener(Inbox inbox, WorkerRepository workers, LeaseConfig lease, Clock clock) {
        this.inbox = inbox;
        this.workers = workers;
        this.lease = lease;
        this.clock = clock;
    }

    @Incoming(CHANNEL)
    @Blocking
    void consume(ConsumerRecords<String, byte[]> batch) {
        inbox.take(CHANNEL, batch, this::take);
    }

    private void take(List<ConsumedEvent> batch, DeadLetters dead) {
        for (ConsumedEvent consumed : batch) {
            if (consumed.event() instanceof WorkerHeartbeat heartbeat) {
                hear(heartbeat);
            } else {
                dead.add(consumed, "this topic carries heartbeats only");
            }
        }
    }

    private void hear(WorkerHeartbeat heartbeat) {
        switch (workers.heard(heartbeat, clock.instant(), lease.duration())) {
            case NEW_RIVAL ->
                    LOG.atWarn()
                            .addKeyValue("workerId", heartbeat.workerId())
                            .addKeyValue("device", heartbeat.device())
                            .log("Two live workers have one id and the second gets no work");
            case TAKEN, REPLACED, RIVAL -> {}
        }
    }
}
