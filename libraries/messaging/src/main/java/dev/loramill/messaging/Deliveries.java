package dev.loramill.messaging;

import io.smallrye.faulttolerance.api.BeforeRetry;
import io.smallrye.faulttolerance.api.BeforeRetryHandler;
import io.smallrye.faulttolerance.api.ExponentialBackoff;
import io.smallrye.faulttolerance.api.RetryWhen;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import java.time.temporal.ChronoUnit;
import org.eclipse.microprofile.faulttolerance.ExecutionContext;
import org.eclipse.microprofile.faulttolerance.Retry;

/**
 * Has batches take effect in their order, each tried again until it does: at first after 100 ms, at
 * most five seconds apart. Meanwhile readiness is red, the log has told it once, and the consumer
 * stays in its group. A listener calls it from a method that is {@code @Incoming} and
 * {@code @Blocking}.
 */
@ApplicationScoped
public class Deliveries {
    private final DeliveryFaults faults;

    Deliveries(DeliveryFaults faults) {
        this.faults = faults;
    }

    /**
     * Returns when the effect has returned.
     *
     * @param channel channel that the records came by, for readiness and log
     * @param effect what they do; an object of its own for each batch, by which it is known
     * @throws Exception what the effect threw last, only when the application stops
     */
    // Without a limit in number and time: what Kafka holds is never given up. In order, because the
    // caller is not given the next batch before this one returned.
    @Retry(maxRetries = -1, delay = 100, jitter = 50, maxDuration = 0)
    @ExponentialBackoff(maxDelay = 5, maxDelayUnit = ChronoUnit.SECONDS)
    @RetryWhen(exception = Stopping.NotYet.class)
    @BeforeRetry(Failed.class)
    public void deliver(String channel, Effect effect) throws Exception {
        effect.run();
        faults.tookEffect(channel, effect);
    }

    /** Notes a failed attempt. */
    @Dependent
    static class Failed implements BeforeRetryHandler {
        private final DeliveryFaults faults;

        Failed(DeliveryFaults faults) {
            this.faults = faults;
        }

        @Override
        public void handle(ExecutionContext context) {
            Object[] given = context.getParameters();
            faults.failed((String) given[0], (Effect) given[1], context.getFailure());
        }
    }
}
