package dev.loramill.train.job;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.loramill.events.Hyperparameters;
import dev.loramill.events.LoraSpec;
import dev.loramill.events.TrainingSpec;
import dev.loramill.train.specification.HyperparameterChoice;
import dev.loramill.train.specification.JobRows;
import dev.loramill.train.specification.JobSpecification;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A job as clients see it: OpenAI's FineTuningJob, and what it lacks after {@code metadata}. */
record FineTuningJobBody(
        String id,
        String object,
        long createdAt,
        String model,
        String status,
        String organizationId,
        String trainingFile,
        @Nullable String validationFile,
        List<String> resultFiles,
        HyperparametersBody hyperparameters,
        int seed,
        @Nullable JobError error,
        @Nullable String fineTunedModel,
        @Nullable Long finishedAt,
        @Nullable Long trainedTokens,
        @Nullable Long estimatedFinish,
        @Nullable List<String> integrations,
        Method method,
        @Nullable Map<String, String> metadata,
        @JsonProperty("user_provided_suffix") @Nullable String suffix,
        @Nullable String recipe,
        @Nullable String datasetVersion,
        LoraSpec lora,
        @Nullable Integer attempt,
        @Nullable String adapter) {
    private static final String ORGANIZATION = "loramill";
    private static final String AUTO = "auto";

    /** Numbers where they are settled, {@code "auto"} where they are not. */
    record HyperparametersBody(
            @JsonProperty("n_epochs") Object epochs,
            Object batchSize,
            Object learningRateMultiplier) {
        static HyperparametersBody of(
                HyperparameterChoice choice, @Nullable Hyperparameters settled) {
            if (settled != null) {
                return new HyperparametersBody(
                        settled.epochs(), settled.batchSize(), choice.effectiveMultiplier());
            }
            return new HyperparametersBody(
                    choice.epochs() == null ? AUTO : choice.epochs(),
                    choice.batchSize() == null ? AUTO : choice.batchSize(),
                    choice.effectiveMultiplier());
        }
    }

    /** How the job trains. */
    record Method(String type, Supervised supervised) {}

    /** Hyper-parameters of the one method there is. */
    record Supervised(HyperparametersBody hyperparameters) {}

    static FineTuningJobBody of(Job job) {
        JobSpecification wanted = job.specification();
        JobState state = job.state();
        TrainingSpec spec = state.spec();
        JobState.Succeeded succeeded = state instanceof JobState.Succeeded s ? s : null;
        HyperparametersBody hyperparameters =
                HyperparametersBody.of(
                        wanted.hyperparameters(), spec == null ? null : spec.hyperparameters());
        return new FineTuningJobBody(
                job.id(),
                "fine_tuning.job",
                job.createdAt().getEpochSecond(),
                wanted.baseId(),
                state.status(),
                ORGANIZATION,
                wanted.rows().name(),
                null,
                List.of(),
                hyperparameters,
                wanted.seed(),
                state instanceof JobState.Failed failed ? failed.error() : null,
                succeeded == null ? null : succeeded.model(),
                state instanceof JobState.Finished finished ? seconds(finished.finishedAt()) : null,
                succeeded == null ? null : succeeded.trainedTokens(),
                seconds(job.estimatedFinish()),
                null,
                new Method("supervised", new Supervised(hyperparameters)),
                wanted.metadata().isEmpty() ? null : wanted.metadata(),
                wanted.suffix(),
                wanted.rows() instanceof JobRows.OfFile file ? file.recipe().name() : null,
                spec == null ? null : spec.datasetVersion(),
                wanted.lora(),
                state instanceof JobState.Running running ? running.attempt().attempt() : null,
                succeeded == null ? null : succeeded.adapterId());
    }

    private static @Nullable Long seconds(@Nullable Instant time) {
        return time == null ? null : time.getEpochSecond();
    }
}
