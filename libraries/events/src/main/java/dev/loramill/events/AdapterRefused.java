package dev.loramill.events;

/**
 * A replica refused an adapter; serving goes on without it.
 *
 * @param replicaId replica that reports
 * @param adapterId adapter that is meant
 * @param model name that clients would have asked for
 * @param reason sentence for a person
 */
public record AdapterRefused(String replicaId, String adapterId, String model, String reason)
        implements ServingStatus {
    public AdapterRefused {
        Check.id("replicaId", replicaId);
        Check.sha256("adapterId", adapterId);
        Check.model("model", model);
        reason = Check.sentence("reason", reason);
    }
}
