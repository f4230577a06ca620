package dev.loramill.messaging;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.function.Predicate;

/** Knows when the application is about to end, so that what waits without end can stop. */
@ApplicationScoped
public class Stopping {
    private static volatile boolean isStopping;

    void begin(@Observes @Priority(1) StartupEvent event) {
        isStopping = false;
    }

    void end(@Observes @Priority(1) ShutdownEvent event) {
        isStopping = true;
    }

    /** Whether the application was told to stop. */
    public boolean hasBegun() {
        return isStopping;
    }

    /** Lets a retry go on until the application stops. */
    public static class NotYet implements Predicate<Throwable> {
        @Override
        public boolean test(Throwable fault) {
            return !isStopping;
        }
    }
}
