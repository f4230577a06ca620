package dev.loramill.events;

/**
 * A cleaned dataset was not frozen as {@link FreezeRequested} asked.
 *
 * @param datasetId id of the dataset
 * @param name name given by the person who opened it
 * @param recipe recipe that its rows were cleaned with
 * @param counts the ledger
 * @param requestDigest digest of the request that this answers
 * @param code kind of refusal, such as {@code unknown_base} or {@code over_length}
 * @param reason why, and what to change
 * @param isRetryable the same request may be granted later, when what is missing has come
 */
public record FreezeRefused(
        String datasetId,
        String name,
        RecipeReference recipe,
        RowCounts counts,
        String requestDigest,
        String code,
        String reason,
        boolean isRetryable)
        implements DatasetEvent {
    public FreezeRefused {
        Check.id("datasetId", datasetId);
        Check.name("name", name);
        Check.sha256("requestDigest", requestDigest);
        Check.id("code", code);
        reason = Check.sentence("reason", reason);
    }
}
