package dev.loramill.train.worker;

import dev.loramill.events.WorkerHeartbeat;
import dev.loramill.outbox.ConsumedEvent;
import dev.loramill.outbox.DeadLetters;
import dev.loramill.outbox.Inbox;
import dev.loramill.train.authority.Authority;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to heartbeats.
 *
 * <p>Delivery: each takes effect once, its offset is stored with it. Idempotency key: the worker's
 * id; a later heartbeat replaces an earlier one. Ordering: by worker. Failure: the batch is tried
 * again; what is no heartbeat goes to the dead-letter queue. A heartbeat that is not signed with
 * the secret of the workers is passed over, which the log tells once of each id.
 */
@ApplicationScoped
class WorkersListener {
    private static final Logger LOG = LoggerFactory.getLogger(WorkersListener.class);
    private static final String CHANNEL = "workers";

    private final Inbox inbox;
    private final WorkerRepository workers;
    private final LeaseConfig lease;
    private final Clock clock;
    private final Authority authority;
    private final UnregisteredWorkers unregistered = new UnregisteredWorkers();

    WorkersListener(
            Inbox inbox,
            WorkerRepository workers,
            LeaseConfig lease,
            Clock clock,
            Authority authority) {
        this.inbox = inbox;
        this.workers = workers;
        this.lease = lease;
        this.clock = clock;
        this.authority = authority;
    }

    @Incoming(CHANNEL)
    @Blocking
    void consume(ConsumerRecords<String, byte[]> batch) {
        inbox.take(CHANNEL, batch, this::take);
    }

    private void take(List<ConsumedEvent> batch, DeadLetters dead) {
        for (ConsumedEvent consumed : batch) {
            if (consumed.event() instanceof WorkerHeartbeat heartbeat) {
                Optional<String> fault = authority.faultOfWorker(consumed.record());
                if (fault.isPresent()) {
                    passOver(heartbeat, fault.get());
                } else {
                    hear(heartbeat);
                }
            } else {
                dead.add(consumed, "this topic carries heartbeats only");
            }
        }
    }

    private void passOver(WorkerHeartbeat heartbeat, String reason) {
        if (unregistered.add(heartbeat.workerId())) {
            LOG.atWarn()
                    .addKeyValue("workerId", heartbeat.workerId())
                    .addKeyValue("reason", reason)
                    .log("A worker that is not registered beats and is given no work");
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
