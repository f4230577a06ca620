package dev.loramill.outbox;

import dev.loramill.messaging.Contact;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaProducer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what lies in the outbox to Kafka, in the order of the table, and deletes it once Kafka has
 * acknowledged it: at least once, order kept for each key. Of several relays on one database one is
 * at work at a time. A record that is on its way waits for the broker for as long as it takes,
 * since one that expired would be overtaken by later ones of its key; the transaction stays open
 * meanwhile. While the database is away it tries again, up to five seconds apart. A record that
 * Kafka will never take, such as one that is too large, is parked with the reason: what has its
 * topic and key waits behind it, everything else goes on.
 */
@ApplicationScoped
public class OutboxRelay implements Contact {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
    private static final String CHANNEL = "outbox";
    private static final int BATCH_SIZE = 500;

    /** Bounds the memory of a batch, and stays within the producer's buffer. */
    private static final long BATCH_BYTES = 16 << 20;

    private static final Duration POLL_INTERVAL = Duration.ofMillis(250);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LONGEST_OUTAGE = Duration.ofDays(1);

    /** Longest time that Kafka may take over records before readiness tells. */
    private static final Duration LONGEST_SEND = Duration.ofSeconds(4);

    private final OutboxTable table;
    private final KafkaClientService clients;
    private final boolean isEnabled;
    private final Semaphore wakeUps = new Semaphore(0);
    private @Nullable Thread thread;
    private volatile boolean isStopping;
    private volatile @Nullable String fault = "the outbox has not been relayed yet";
    private volatile @Nullable Sending sending;
    private volatile OutboxTable.ParkedSummary parked = new OutboxTable.ParkedSummary(0, null);

    /**
     * Records that are on their way to Kafka.
     *
     * @param since when they were handed over, by {@link System#nanoTime}
     * @param topics names of their topics
     */
    private record Sending(long since, List<String> topics) {
        Optional<String> fault() {
            Duration waited = Duration.ofNanos(System.nanoTime() - since);
            return waited.compareTo(LONGEST_SEND) <= 0
                    ? Optional.empty()
                    : Optional.of(
                            "events have waited for Kafka for %d s: it is away, or cannot write on one of %s"
                                    .formatted(waited.toSeconds(), String.join(", ", topics)));
        }
    }

    /**
     * @param emitter never used: the channel is there for the sake of its producer, since an
     *     emitter sends a record that failed again behind those that came after it
     */
    OutboxRelay(
            OutboxTable table,
            KafkaClientService clients,
            @Channel(CHANNEL) @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
                    MutinyEmitter<byte[]> emitter,
            @ConfigProperty(name = "loramill.outbox.relay", defaultValue = "true")
                    boolean isEnabled) {
        this.table = table;
        this.clients = clients;
        this.isEnabled = isEnabled;
    }

    @Override
    public String name() {
        return "outbox";
    }

    @Override
    public Optional<String> fault() {
        if (!isEnabled) {
            return Optional.empty();
        }
        Sending current = sending;
        return Optional.ofNullable(fault)
                .or(() -> current == null ? Optional.empty() : current.fault());
    }

    @Override
    public Optional<String> warning() {
        OutboxTable.ParkedSummary found = parked;
        return found.count() == 0
                ? Optional.empty()
                : Optional.of(
                        "Kafka will never take %,d events, parked since %s; what has their keys waits: look at GET /v1/outbox/parked, then release or drop them"
                                .formatted(found.count(), found.since()));
    }

    /** Number of parked records, as last seen. */
    long parkedCount() {
        return parked.count();
    }

    void start(@Observes StartupEvent event) {
        if (isEnabled) {
            // A thread of its own: it works, or waits for a broker, as long as the service runs.
            thread = Thread.ofPlatform().name("outbox-relay").daemon().start(this::run);
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        isStopping = true;
        wake();
        Thread running = thread;
        if (running != null && !running.join(STOP_TIMEOUT)) {
            running.interrupt();
            running.join(STOP_TIMEOUT);
        }
    }

    /** Largest record that the producer sends, in bytes; a channel in memory has no limit. */
    int maxRequestBytes() {
        KafkaProducer<?, ?> producer = clients.getProducer(CHANNEL);
        return producer == null
                ? Integer.MAX_VALUE
                : Integer.parseInt(
                        String.valueOf(
                                producer.configuration()
                                        .get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG)));
    }

    /** Says that a transaction has committed, so that its events are sent at once. */
    void wake() {
        wakeUps.release();
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        while (!isStopping) {
            try {
                int sent =
                        QuarkusTransaction.requiringNew()
                                .timeout(Math.toIntExact(LONGEST_OUTAGE.toSeconds()))
                                .call(this::relay);
                recovered();
                pause = FIRST_PAUSE;
                if (sent < BATCH_SIZE) {
                    await(POLL_INTERVAL);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                if (isStopping) {
                    return;
                }
                failed(e);
                try {
                    await(pause);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return;
                }
                Duration doubled = pause.multipliedBy(2);
                pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
            }
        }
    }

    /** Sends the first records; returns how many there were. */
    private int relay() {
        if (!table.tryLockForRelay()) {
            return 0;
        }
        noteParked();
        List<OutboxRow> rows = table.first(BATCH_SIZE, BATCH_BYTES, parked.count() > 0);
        if (rows.isEmpty()) {
            return 0;
        }
        // Without the transaction, which would else go along to the producer's threads.
        Sent sent = QuarkusTransaction.suspendingExisting().call(() -> send(rows));
        table.delete(sent.acknowledged());
        table.park(sent.refused());
        if (!sent.refused().isEmpty()) {
            sent.refused().forEach(OutboxRelay::tellOf);
            noteParked();
        }
        return rows.size();
    }

    /**
     * What became of records.
     *
     * @param acknowledged those that Kafka has
     * @param refused those that it will never take
     */
    private record Sent(List<OutboxRow> acknowledged, List<OutboxTable.Refusal> refused) {}

    /** A key of a topic, whose records keep their order. */
    private record Line(String topic, ByteBuffer key) {
        static @Nullable Line of(OutboxRow row) {
            return row.key == null ? null : new Line(row.topic, ByteBuffer.wrap(row.key));
        }
    }

    private Sent send(List<OutboxRow> rows) {
        KafkaProducer<byte @Nullable [], byte @Nullable []> producer = clients.getProducer(CHANNEL);
        int largest = maxRequestBytes();
        List<OutboxTable.Refusal> refused = new ArrayList<>();
        Set<Line> stopped = new HashSet<>();
        List<OutboxRow> handedOver = new ArrayList<>(rows.size());
        List<Uni<Optional<Throwable>>> results = new ArrayList<>(rows.size());
        sending =
                new Sending(
                        System.nanoTime(),
                        rows.stream().map(row -> row.topic).distinct().sorted().toList());
        try {
            for (OutboxRow row : rows) {
                Line line = Line.of(row);
                if (line != null && stopped.contains(line)) {
                    continue;
                }
                try {
                    ProducerRecord<byte @Nullable [], byte @Nullable []> record =
                            row.toProducerRecord();
                    Refusals.requireFits(record, largest);
                    handedOver.add(row);
                    results.add(
                            producer.send(record)
                                    .onItem()
                                    .transform(done -> Optional.<Throwable>empty())
                                    .onFailure()
                                    .recoverWithItem(Optional::of));
                } catch (RefusedRecordException e) {
                    refused.add(new OutboxTable.Refusal(row, String.valueOf(e.getMessage())));
                    if (line != null) {
                        stopped.add(line);
                    }
                }
            }
            if (results.isEmpty()) {
                return new Sent(List.of(), refused);
            }
            List<Optional<Throwable>> faults =
                    Uni.join().all(results).andFailFast().await().atMost(LONGEST_OUTAGE);
            return sort(handedOver, faults, refused);
        } finally {
            sending = null;
        }
    }

    /** Tells what Kafka took from what it will never take; throws when anything else went wrong. */
    private static Sent sort(
            List<OutboxRow> rows,
            List<Optional<Throwable>> faults,
            List<OutboxTable.Refusal> refused) {
        List<OutboxRow> acknowledged = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            Throwable fault = faults.get(i).orElse(null);
            if (fault == null) {
                acknowledged.add(rows.get(i));
            } else if (Refusals.isForGood(fault)) {
                refused.add(new OutboxTable.Refusal(rows.get(i), Refusals.reason(fault)));
            } else {
                throw new IllegalStateException(Refusals.reason(fault), fault);
            }
        }
        return new Sent(acknowledged, refused);
    }

    private static void tellOf(OutboxTable.Refusal refusal) {
        LOG.atError()
                .addKeyValue("topic", refusal.row().topic)
                .addKeyValue("id", refusal.row().id)
                .addKeyValue("reason", refusal.reason())
                .log("Kafka will never take a record: it is parked, and what has its key waits");
    }

    private void noteParked() {
        parked = table.parkedSummary();
    }

    private void await(Duration longest) throws InterruptedException {
        if (wakeUps.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS)) {
            wakeUps.drainPermits();
        }
    }

    private void failed(RuntimeException e) {
        if (fault == null) {
            LOG.atWarn().setCause(e).log("The outbox cannot be relayed and is tried again");
        }
        fault = "events cannot be sent and wait in the outbox: " + reason(e);
    }

    private void recovered() {
        if (fault != null) {
            LOG.atInfo().log("The outbox is being relayed");
        }
        fault = null;
    }

    /** The innermost reason. */
    private static String reason(Throwable fault) {
        Throwable innermost = fault;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return String.valueOf(innermost.getMessage());
    }
}
