package dev.loramill.worker.agent;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.loramill.events.Hyperparameters;
import dev.loramill.events.LoraSpec;
import dev.loramill.events.TrainServeContract;
import dev.loramill.events.TrainingSpec;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The trainer's {@code job.json}: what the assignment asks for, with local paths. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record TrainerJob(
        Base base,
        List<String> train,
        List<String> eval,
        LoraSpec lora,
        Optimizer optimizer,
        int epochs,
        @Nullable Integer maxSteps,
        int batchSize,
        int gradientAccumulation,
        int maxLength,
        int seed,
        String precision,
        int evalEverySteps,
        int saveEverySteps,
        int threads,
        String device,
        @Nullable String resumeFrom,
        TrainServeContract contract) {

    record Base(String path, String sha256) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Optimizer(double learningRate, @Nullable Integer warmupSteps) {}

    static TrainerJob of(
            TrainingSpec spec,
            Path base,
            Path train,
            Path eval,
            @Nullable Path checkpoint,
            AgentConfig.Trainer config) {
        Hyperparameters how = spec.hyperparameters();
        return new TrainerJob(
                new Base(base.toString(), spec.base().sha256()),
                List.of(train.toString()),
                List.of(eval.toString()),
                spec.lora(),
                new Optimizer(how.learningRate(), how.warmupSteps()),
                how.epochs(),
                how.maxSteps(),
                how.batchSize(),
                how.gradientAccumulation(),
                how.maxLength(),
                how.seed(),
                how.precision(),
                how.evalEverySteps(),
                how.saveEverySteps(),
                config.threads(),
                config.device(),
                checkpoint == null ? null : checkpoint.toString(),
                spec.contract());
    }
}
