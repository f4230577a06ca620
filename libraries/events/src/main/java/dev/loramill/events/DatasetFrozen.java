package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * An immutable version of a dataset was made.
 *
 * @param datasetId id of the dataset
 * @param name name given by the person who opened it
 * @param recipe recipe that its rows were cleaned with
 * @param version digest that names the version: SHA-256 of the manifest
 * @param manifest the manifest in the artifact store
 * @param trainRows rows to train on
 * @param evalRows rows held out
 * @param requestDigest digest of the request that this answers; null in events of builds before it
 */
public record DatasetFrozen(
        String datasetId,
        String name,
        RecipeReference recipe,
        String version,
        ArtifactReference manifest,
        long trainRows,
        long evalRows,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String requestDigest)
        implements DatasetEvent {
    public DatasetFrozen {
        Check.id("datasetId", datasetId);
        Check.name("name", name);
        Check.sha256("version", version);
        Check.notNegative("trainRows", trainRows);
        Check.notNegative("evalRows", evalRows);
        if (requestDigest != null) {
            Check.sha256("requestDigest", requestDigest);
        }
    }
}
