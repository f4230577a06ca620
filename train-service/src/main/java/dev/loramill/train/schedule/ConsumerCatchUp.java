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
import org.jspecify.annotations.Nullable;

/**
 * Knows since when this service has heard all that workers say. Only then does a worker's silence
 * mean anything: while the broker was away, or old records are still being read, it means nothing.
 */
@ApplicationScoped
class ConsumerCatchUp {
    /** Records that lie on the topics at the start are known by then. */
    private static final Duration SETTLING = Duration.ofSeconds(2);

    private final List<Contact> contacts;
    private final BooleanSupplier hasBacklog;
    private @Nullable Instant soundSince;
    private boolean isSettled;

    @Inject
    ConsumerCatchUp(@All List<Contact> contacts, ConsumerLag lag) {
        this(contacts, () -> lag.records("workers") + lag.records("training-events") > 0);
    }

    ConsumerCatchUp(List<Contact> contacts, BooleanSupplier hasBacklog) {
        this.contacts = contacts;
        this.hasBacklog = hasBacklog;
    }

    /** Since when all has been heard; empty while something may be missed. To be asked often. */
    synchronized Optional<Instant> since(Instant now) {
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
        return contacts.stream().allMatch(contact -> contact.fault().isEmpty());
    }
}
