package dev.loramill.train.schedule;

import dev.loramill.train.announce.Consumption;
import dev.loramill.train.announce.Relay;
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
class Hearing {
    /** Records that lie on the topics at the start are known by then. */
    private static final Duration SETTLING = Duration.ofSeconds(2);

    private final BooleanSupplier isRelaySound;
    private final List<Consumption> consumptions;
    private @Nullable Instant soundSince;
    private boolean isSettled;

    @Inject
    Hearing(Relay relay, @All List<Consumption> consumptions) {
        this(() -> relay.fault().isEmpty(), consumptions);
    }

    Hearing(BooleanSupplier isRelaySound, List<Consumption> consumptions) {
        this.isRelaySound = isRelaySound;
        this.consumptions = consumptions;
    }

    /** Since when all has been heard; empty while something may be missed. To be asked often. */
    synchronized Optional<Instant> since(Instant now) {
        Instant from = soundSince;
        if (!isSound() || (!isSettled && hasBacklog())) {
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
        return isRelaySound.getAsBoolean()
                && consumptions.stream().allMatch(consumption -> consumption.fault().isEmpty());
    }

    private boolean hasBacklog() {
        return consumptions.stream().anyMatch(consumption -> consumption.lag() > 0);
    }
}
