package dev.loramill.train.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.loramill.events.ArtifactReference;
import dev.loramill.train.specification.ModelName;
import org.jspecify.annotations.Nullable;

/** A checkpoint as clients see it: OpenAI's FineTuningJobCheckpoint, and where it lies. */
record CheckpointBody(
        String id,
        String object,
        long createdAt,
        @JsonProperty("fine_tuned_model_checkpoint") String model,
        int stepNumber,
        @JsonProperty("fine_tuning_job_id") String jobId,
        Metrics metrics,
        ArtifactReference artifact) {
    private static final String JOB_PREFIX = "ftjob-";

    /** What was measured at the step, where it was. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Metrics(
            int step,
            @Nullable Double trainLoss,
            @Nullable Double validLoss,
            @JsonProperty("valid_mean_token_accuracy") @Nullable Double validTokenAccuracy,
            @Nullable Double fullValidLoss,
            @JsonProperty("full_valid_mean_token_accuracy")
                    @Nullable Double fullValidTokenAccuracy) {}

    static CheckpointBody of(Job job, JobSteps.SavedStep saved) {
        JobMetric measured = saved.metric() == null ? new JobMetric() : saved.metric();
        int step = saved.checkpoint().step();
        String model =
                job.state() instanceof JobState.Succeeded succeeded
                        ? succeeded.model()
                        : ModelName.of(
                                job.specification().baseId(),
                                job.specification().suffix(),
                                job.id());
        return new CheckpointBody(
                id(job.id(), step),
                "fine_tuning.job.checkpoint",
                saved.checkpoint().createdAt.getEpochSecond(),
                ModelName.ofCheckpoint(model, step),
                step,
                job.id(),
                new Metrics(
                        step,
                        measured.trainLoss,
                        measured.validLoss,
                        measured.validTokenAccuracy,
                        // Every evaluation here is over all held-out rows.
                        measured.validLoss,
                        measured.validTokenAccuracy),
                saved.checkpoint().artifact());
    }

    static String id(String jobId, int step) {
        return prefix(jobId) + step;
    }

    /** Step of the checkpoint with an id. */
    static int step(String jobId, String id) {
        String prefix = prefix(jobId);
        if (id.startsWith(prefix)) {
            try {
                return Integer.parseInt(id.substring(prefix.length()));
            } catch (NumberFormatException e) {
                // Refused below, like an id of something else.
            }
        }
        throw Jobs.unknownAfter(id);
    }

    private static String prefix(String jobId) {
        String bare = jobId.startsWith(JOB_PREFIX) ? jobId.substring(JOB_PREFIX.length()) : jobId;
        return "ftckpt_%s_".formatted(bare);
    }
}
