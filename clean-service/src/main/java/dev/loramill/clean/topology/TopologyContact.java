package dev.loramill.clean.topology;

import dev.loramill.messaging.Contact;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the topology is at work; told by Kafka Streams itself, so that asking waits for nothing.
 * A thread that fails is replaced, after a pause that grows while they go on to fail, and goes on
 * where the last transaction ended.
 */
@ApplicationScoped
class TopologyContact
        implements Contact, KafkaStreams.StateListener, StreamsUncaughtExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(TopologyContact.class);

    /** A second failure within this time is no accident. */
    private static final Duration MEMORY = Duration.ofSeconds(60);

    /** Longest that threads may be dealing out partitions and reading their state. */
    private static final Duration LONGEST_REBALANCE = Duration.ofSeconds(60);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final int LONGEST_PAUSE_SHIFT = 5;
    private static final int MOST_REMEMBERED = 1_000;

    private final Clock clock;
    private final Deque<Instant> failures = new ArrayDeque<>();
    private KafkaStreams.State state = KafkaStreams.State.CREATED;
    private Instant since;
    private @Nullable Instant failingSince;
    private String failure = "";
    private @Nullable String standstill;

    @Inject
    TopologyContact() {
        this(Clock.systemUTC());
    }

    TopologyContact(Clock clock) {
        this.clock = clock;
        this.since = clock.instant();
    }

    @Override
    public String name() {
        return "topology";
    }

    @Override
    public synchronized Optional<String> fault() {
        Instant now = clock.instant();
        forget(now);
        if (state == KafkaStreams.State.CREATED) {
            return Optional.of(
                    "the topology waits for Kafka and its topics (quarkus.kafka-streams.topics)");
        }
        if (!state.isRunningOrRebalancing()) {
            return Optional.of(
                    "the topology is in state %s since %s%s"
                            .formatted(state, since, failure.isEmpty() ? "" : ": " + failure));
        }
        if (failures.size() > 1) {
            return Optional.of(
                    "the threads of the topology fail again and again since %s, %d times in the last %d s: %s"
                            .formatted(failingSince, failures.size(), MEMORY.toSeconds(), failure));
        }
        if (state == KafkaStreams.State.REBALANCING
                && since.plus(LONGEST_REBALANCE).isBefore(now)) {
            return Optional.of(
                    "the topology deals out its partitions and reads its state since " + since);
        }
        return Optional.ofNullable(standstill);
    }

    @Override
    public synchronized void onChange(KafkaStreams.State now, KafkaStreams.State before) {
        LOG.atInfo()
                .addKeyValue("state", now)
                .addKeyValue("before", before)
                .log("The topology changed its state");
        state = now;
        since = clock.instant();
    }

    @Override
    public StreamThreadExceptionResponse handle(Throwable fault) {
        LOG.atError().setCause(fault).log("A thread of the topology failed, it is replaced");
        pause(failed(String.valueOf(innermost(fault))));
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    /** Takes note of what the last look at the rows' progress told. */
    synchronized void seen(Optional<String> fault) {
        standstill = fault.orElse(null);
    }

    /** Takes note of a failure; says how long to wait before a thread takes the place. */
    synchronized Duration failed(String cause) {
        Instant now = clock.instant();
        forget(now);
        if (failures.isEmpty()) {
            failingSince = now;
        }
        failures.addLast(now);
        if (failures.size() > MOST_REMEMBERED) {
            failures.removeFirst();
        }
        failure = cause;
        return FIRST_PAUSE.multipliedBy(1L << Math.min(failures.size() - 1, LONGEST_PAUSE_SHIFT));
    }

    private void forget(Instant now) {
        while (!failures.isEmpty() && failures.getFirst().plus(MEMORY).isBefore(now)) {
            failures.removeFirst();
        }
    }

    /** On the thread that ends, which holds up nobody else. */
    private static void pause(Duration length) {
        try {
            TimeUnit.NANOSECONDS.sleep(length.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Throwable innermost(Throwable fault) {
        Throwable innermost = fault;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return innermost;
    }
}
