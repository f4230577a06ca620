package dev.loramill.train.specification;

import dev.loramill.events.FreezeRequest;
import dev.loramill.events.FreezeRequested;
import java.util.Optional;

/** What jobs ask clean-service to freeze. */
public final class FreezeRequests {
    private FreezeRequests() {}

    /** The request of a job on a file; empty for a job whose rows are frozen already. */
    public static Optional<FreezeRequested> of(String jobId, JobSpecification job) {
        return job.rows() instanceof JobRows.OfFile rows
                ? Optional.of(FreezeRequested.of(rows.datasetId(), request(job), jobId))
                : Optional.empty();
    }

    private static FreezeRequest request(JobSpecification job) {
        return new FreezeRequest(
                job.baseId(),
                job.hyperparameters().sample(),
                job.seed(),
                job.hyperparameters().freezingEvalFraction(),
                job.hyperparameters().freezingMaxTokens(),
                FreezeRequest.OverLength.DROP,
                job.systemPrompt());
    }
}
