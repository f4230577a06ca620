package dev.loramill.events;

import java.time.Instant;

/**
 * A replica serves an adapter, and has proven that it takes effect.
 *
 * @param replicaId replica that reports
 * @param adapterId adapter that is meant
 * @param model name that clients ask for
 * @param maxLogitDifference greatest absolute difference of a probe prompt's logits from the base's
 * @param loadMillis time from the announcement to the first routed request, in milliseconds
 * @param replicaStartedAt when the replica's process started: adapters come and go without a
 *     restart
 */
public record AdapterLoaded(
        String replicaId,
        String adapterId,
        String model,
        double maxLogitDifference,
        long loadMillis,
        Instant replicaStartedAt)
        implements ServingStatus {
    public AdapterLoaded {
        Check.id("replicaId", replicaId);
        Check.sha256("adapterId", adapterId);
        Check.model("model", model);
        Check.measured("maxLogitDifference", maxLogitDifference);
        Check.notNegative("loadMillis", loadMillis);
        Check.time("replicaStartedAt", replicaStartedAt);
    }
}
