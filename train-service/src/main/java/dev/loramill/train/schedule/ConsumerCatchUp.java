package dev.loramill.train.schedule;

import dev.loramill.messaging.ConsumerLag;
import dev.loramill.messaging.Contact;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Knows since when this service has heard all that workers say. Only then does a worker's silence
 * mean anything: while the broker was away, or old records are still being read, it means nothing;
 * nor when the clock was set, or this process stood still, since it was last asked.
 */
@ApplicationScoped
class ConsumerCatchUp {
    /** Records that lie on the topics at the start are known by then. */
    private static final Duration SETTLING = Duration.ofSeconds(2);

    /** A clock that runs so much faster or slower than time itself was set. */
    private static final Duration LARGEST_DRIFT = Duration.ofSeconds(2);

    /** The name of the contact that asks, whose own fault keeps it from nothing. */
    static final String SCHEDULER = "scheduler";

    private final List<Contact> contacts;
    private final BooleanSupplier hasBacklog;
    private final LongSupplier nanoTime;
    private final Duration longestGap;
    private @Nullable Instant askedAt;
    private long askedNanos;
    private @Nullable Instant soundSince;
    private boolean isSettled;

    @Inject
    ConsumerCatchUp(@All List<Contact> contacts, ConsumerLag lag, ScheduleConfig schedule) {
        this(
                contacts,
                () -> lag.records("workers") + lag.records("training-events") > 0,
                System::nanoTime,
                schedule.interval().plusSeconds(5));
    }

    ConsumerCatchUp(
            List<Contact> contacts,
            BooleanSupplier hasBacklog,
            LongSupplier nanoTime,
            Duration longestGap) {
        this.contacts = contacts;
        this.hasBacklog = hasBacklog;
        this.nanoTime = nanoTime;
        this.longestGap = longestGap;
    }

    /** Since when all has been heard; empty while something may be missed. To be asked often. */
    synchronized Optional<Instant> since(Instant now) {
        if (hasTimeJumped(now)) {
            soundSince = null;
            isSettled = false;
        }
        Instant from = soundSince;
        if (!isSound() || (!isSettled && hasBacklog.getAsBoolean())) {
            soundSince = null;
            isSettled = false;
            return Optional.empty();
        }
        if (from == null) {
            from = now;
            soundSince = now;
        }
        Instant settledAt = from.plus(SETTLING);
        isSettled = !now.isBefore(settledAt);
        return isSettled ? Optional.of(settledAt) : Optional.empty();
    }

    private boolean isSound() {
        return contacts.stream()
                .filter(contact -> !contact.name().equals(SCHEDULER))
                .allMatch(contact -> contact.fault().isEmpty());
    }

    private boolean hasTimeJumped(Instant now) {
        long nanos = nanoTime.getAsLong();
        Instant before = askedAt;
        Duration passed = Duration.ofNanos(nanos - askedNanos);
        askedAt = now;
        askedNanos = nanos;
        return before != null
                && (passed.compareTo(longestGap) > 0
                        || Duration.between(before, now)
                                        .minus(passed)
                                        .abs()
                                        .compareTo(LARGEST_DRIFT)
                                > 0);
    }
}
