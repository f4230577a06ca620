package dev.loramill.worker.agent;

import dev.loramill.events.AttemptReference;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.WorkerHeartbeat;
import dev.loramill.messaging.Broker;
import dev.loramill.messaging.Contact;
import io.quarkus.arc.All;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.MutinyEmitter;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the control plane at a fixed rate that the worker is alive and what it runs. A worker that
 * hears no assignments, or is free but could not take one, does not beat: whoever says "free" is
 * given work, and each lease that is not taken up costs a job one of its attempts.
 */
@ApplicationScoped
class Heartbeats implements Contact {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);

    private final WorkerLifecycle worker;
    private final AssignmentsListener listener;
    private final List<Contact> contacts;
    private final MutinyEmitter<ProducerRecord<String, byte[]>> emitter;
    private final WorkerSecret secret;
    private final AtomicBoolean isOnItsWay = new AtomicBoolean();
    private final AtomicLong beats = new AtomicLong();
    private volatile Optional<String> fault = Optional.of("the worker has not begun yet");

    Heartbeats(
            WorkerLifecycle worker,
            @Identifier(AssignmentsListener.CHANNEL) AssignmentsListener listener,
            @All List<Contact> contacts,
            WorkerSecret secret,
            @Channel("heartbeats") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
                    MutinyEmitter<ProducerRecord<String, byte[]>> emitter) {
        this.worker = worker;
        this.listener = listener;
        this.contacts = contacts;
        this.secret = secret;
        this.emitter = emitter;
    }

    @Override
    public String name() {
        return "worker";
    }

    @Override
    public Optional<String> fault() {
        return fault;
    }

    @Scheduled(
            every = "${loramill.worker.heartbeat:2s}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    void beat() {
        Optional<AttemptReference> running = worker.agent().flatMap(Agent::running);
        Optional<String> found = find(running.isPresent());
        if (found.isPresent() && !found.equals(fault)) {
            LOG.atWarn()
                    .addKeyValue("workerId", worker.id())
                    .addKeyValue("reason", found.get())
                    .log("The worker says nothing, so that it is given no work");
        } else if (found.isEmpty() && fault.isPresent()) {
            LOG.atInfo().addKeyValue("workerId", worker.id()).log("Worker takes assignments");
        }
        fault = found;
        if (found.isEmpty() && isOnItsWay.compareAndSet(false, true)) {
            boolean isSent = false;
            try {
                send(heartbeat(running));
                isSent = true;
            } finally {
                if (!isSent) {
                    // Or it would be the last one.
                    isOnItsWay.set(false);
                }
            }
        }
    }

    private WorkerHeartbeat heartbeat(Optional<AttemptReference> running) {
        return new WorkerHeartbeat(
                worker.id(),
                worker.incarnation(),
                worker.device(),
                worker.memoryBytes(),
                running.orElse(null),
                Instant.now(),
                worker.instance(),
                running.flatMap(_ -> worker.agent().flatMap(Agent::progress)).orElse(null),
                beats.incrementAndGet());
    }

    private Optional<String> find(boolean isBusy) {
        Optional<String> starting = worker.fault();
        if (starting.isPresent()) {
            return starting;
        }
        Optional<String> deaf = deafness();
        // What runs goes on, and its lease is renewed, as long as it can.
        return deaf.isPresent() || isBusy ? deaf : worker.agent().flatMap(Agent::fault);
    }

    /**
     * What keeps assignments from being heard or taken. The broker is not asked: while it is away
     * no heartbeat arrives anyway, and a fault of another topic makes nobody deaf.
     */
    private Optional<String> deafness() {
        return listener.fault()
                .or(() ->
                        contacts.stream()
                                .filter(contact ->
                                        !(contact instanceof Broker
                                                || contact instanceof Heartbeats))
                                .flatMap(contact -> contact.fault().stream())
                                .findFirst());
    }

    private void send(WorkerHeartbeat heartbeat) {
        ProducerRecord<String, byte[]> record =
                KafkaEvents.record(EventEnvelope.of(EventReporter.SOURCE, heartbeat));
        secret.sign(record);
        emitter.send(record)
                .subscribe()
                .with(
                        _ -> isOnItsWay.set(false),
                        failure -> {
                            isOnItsWay.set(false);
                            LOG.atDebug().setCause(failure).log("A heartbeat was not sent");
                        });
    }
}
