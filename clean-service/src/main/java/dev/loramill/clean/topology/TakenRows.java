package dev.loramill.clean.topology;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what the steps of the topology have taken, whether or not it was committed then. */
@ApplicationScoped
class TakenRows {
    private final AtomicLong taken = new AtomicLong();

    void count() {
        taken.incrementAndGet();
    }

    /** Records taken since the service began. */
    long sinceStart() {
        return taken.get();
    }
}
