package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.jspecify.annotations.Nullable;

/**
 * Somebody wants a dataset frozen. The answer stands on {@code datasets} under the same request
 * digest: {@link DatasetFrozen} or {@link FreezeRefused}. A request of a dataset that is not
 * cleaned yet waits until it is. Asking again changes nothing and is answered again, which the
 * asker does when the answer does not come: {@code datasets} keeps only the last event of a
 * dataset.
 *
 * @param datasetId id of the dataset
 * @param requestDigest what {@link FreezeRequest#digest} makes of request and dataset
 * @param request how it is to be frozen
 * @param jobId job that waits for the version; null when no job does
 */
public record FreezeRequested(
        String datasetId, String requestDigest, FreezeRequest request, @Nullable String jobId)
        implements Event {
    public FreezeRequested {
        Check.id("datasetId", datasetId);
        Check.sha256("requestDigest", requestDigest);
        if (jobId != null) {
            Check.id("jobId", jobId);
        }
    }

    /** The request of a dataset, under its digest. */
    public static FreezeRequested of(
            String datasetId, FreezeRequest request, @Nullable String jobId) {
        return new FreezeRequested(datasetId, request.digest(datasetId), request, jobId);
    }

    @Override
    @JsonIgnore
    public String key() {
        return datasetId;
    }

    @Override
    @JsonIgnore
    public String subject() {
        return datasetId;
    }
}
