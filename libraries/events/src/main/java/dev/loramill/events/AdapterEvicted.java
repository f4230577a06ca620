package dev.loramill.events;

/**
 * A replica no longer serves an adapter.
 *
 * @param replicaId replica that reports
 * @param adapterId adapter that is meant
 * @param model name that clients asked for
 * @param reason sentence for a person
 */
public record AdapterEvicted(String replicaId, String adapterId, String model, String reason)
        implements ServingStatus {
    public AdapterEvicted {
        Check.id("replicaId", replicaId);
        Check.sha256("adapterId", adapterId);
        Check.model("model", model);
        reason = Check.sentence("reason", reason);
    }
}
