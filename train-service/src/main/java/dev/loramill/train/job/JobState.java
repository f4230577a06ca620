package dev.loramill.train.job;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.loramill.events.AttemptReference;
import dev.loramill.events.TrainingSpec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Where a job stands; each state has only the transitions that are legal from it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = JobState.ValidatingFiles.class, name = "validating_files"),
    @JsonSubTypes.Type(value = JobState.Queued.class, name = "queued"),
    @JsonSubTypes.Type(value = JobState.Running.class, name = "running"),
    @JsonSubTypes.Type(value = JobState.Succeeded.class, name = "succeeded"),
    @JsonSubTypes.Type(value = JobState.Failed.class, name = "failed"),
    @JsonSubTypes.Type(value = JobState.Cancelled.class, name = "cancelled")
})
public sealed interface JobState {
    /** OpenAI's word for the state. */
    String status();

    /** What workers are told; null while the rows are not frozen. */
    @Nullable TrainingSpec spec();

    /** A state that the job will leave. */
    sealed interface Unfinished extends JobState {
        /** The job cannot succeed. */
        default Failed failed(JobError error, Instant now) {
            return new Failed(spec(), error, now);
        }

        /** A person no longer wants the job. */
        default Cancelled cancelled(Instant now) {
            return new Cancelled(spec(), now);
        }
    }

    /** A state that the job does not leave. */
    sealed interface Finished extends JobState {
        /** When the job ended. */
        Instant finishedAt();
    }

    /** The rows are on their way to a frozen version. */
    record ValidatingFiles() implements Unfinished {
        @Override
        public String status() {
            return "validating_files";
        }

        @Override
        public @Nullable TrainingSpec spec() {
            return null;
        }

        /** The rows are frozen. */
        public Queued queued(TrainingSpec spec, Instant now) {
            return new Queued(spec, 0, null, now);
        }
    }

    /**
     * Waits for a worker.
     *
     * @param spec what to train
     * @param attemptsMade attempts that were leased and lost or failed
     * @param checkpoint where to go on; null to begin
     * @param notBefore when the next attempt may be leased
     */
    record Queued(
            TrainingSpec spec,
            int attemptsMade,
            @Nullable ResumePoint checkpoint,
            Instant notBefore)
            implements Unfinished {
        @Override
        public String status() {
            return "queued";
        }

        /** A worker holds the lease of the next attempt. */
        public Running assigned(AttemptReference attempt) {
            if (attempt.attempt() != attemptsMade + 1) {
                throw new IllegalArgumentException(
                        "attempt must be %d after %d attempts, got %d"
                                .formatted(attemptsMade + 1, attemptsMade, attempt.attempt()));
            }
            return new Running(spec, attempt, checkpoint);
        }

        /** The checkpoint is no longer there: the next attempt begins anew. */
        public Queued withoutCheckpoint() {
            return new Queued(spec, attemptsMade, null, notBefore);
        }
    }

    /**
     * A worker holds the lease of an attempt.
     *
     * @param spec what to train
     * @param attempt the attempt with its epoch
     * @param checkpoint where another attempt would go on; null to begin
     */
    record Running(TrainingSpec spec, AttemptReference attempt, @Nullable ResumePoint checkpoint)
            implements Unfinished {
        @Override
        public String status() {
            return "running";
        }

        /** A later attempt can go on from here. */
        public Running checkpointed(ResumePoint newest) {
            return new Running(spec, attempt, newest);
        }

        /** The attempt is over and the job is not. */
        public Queued lost(Instant notBefore) {
            return new Queued(spec, attempt.attempt(), checkpoint, notBefore);
        }

        /** The adapter is trained and judged. */
        public Succeeded succeeded(
                String adapterId, String model, long trainedTokens, Instant now) {
            return new Succeeded(spec, adapterId, model, trainedTokens, now);
        }
    }

    /**
     * The adapter is in the registry.
     *
     * @param spec what was trained
     * @param adapterId digest of the adapter
     * @param model name that the adapter has
     * @param trainedTokens tokens trained on
     * @param finishedAt when the job ended
     */
    record Succeeded(
            TrainingSpec spec,
            String adapterId,
            String model,
            long trainedTokens,
            Instant finishedAt)
            implements Finished {
        @Override
        public String status() {
            return "succeeded";
        }
    }

    /**
     * There will be no adapter.
     *
     * @param spec what was to be trained; null when the rows were never frozen
     * @param error why
     * @param finishedAt when the job ended
     */
    record Failed(@Nullable TrainingSpec spec, JobError error, Instant finishedAt)
            implements Finished {
        @Override
        public String status() {
            return "failed";
        }
    }

    /**
     * A person stopped the job.
     *
     * @param spec what was to be trained; null when the rows were never frozen
     * @param finishedAt when the job ended
     */
    record Cancelled(@Nullable TrainingSpec spec, Instant finishedAt) implements Finished {
        @Override
        public String status() {
            return "cancelled";
        }
    }
}
