package dev.loramill.worker.agent;

import dev.loramill.events.EventJson;
import dev.loramill.events.Hyperparameters;
import dev.loramill.events.LoraSpec;
import dev.loramill.events.TrainingSpec;
import dev.loramill.events.trainer.TrainerJob;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the trainer's job of what an assignment asks for. */
final class TrainerJobs {
    private TrainerJobs() {}

    /**
     * The job with local files; what the assignment does not say is left to the trainer.
     *
     * @param checkpoint checkpoint to go on from; null begins anew
     */
    static TrainerJob of(
            TrainingSpec spec,
            Path base,
            Path train,
            Path eval,
            @Nullable Path checkpoint,
            AgentConfig.Trainer config) {
        Hyperparameters how = spec.hyperparameters();
        LoraSpec lora = spec.lora();
        return new TrainerJob(
                new TrainerJob.Base(base.toString(), spec.base().sha256()),
                List.of(train.toString()),
                List.of(eval.toString()),
                null,
                new TrainerJob.Lora(
                        lora.rank(), lora.alpha(), lora.dropout(), null, lora.targets()),
                new TrainerJob.Optimizer(
                        how.learningRate(), null, how.warmupSteps(), null, null, null),
                how.epochs(),
                how.maxSteps(),
                how.batchSize(),
                how.gradientAccumulation(),
                how.maxLength(),
                null,
                null,
                null,
                how.seed(),
                how.precision(),
                how.evalEverySteps(),
                how.saveEverySteps(),
                null,
                null,
                null,
                null,
                config.threads(),
                config.device(),
                null,
                null,
                null,
                null,
                checkpoint == null ? null : checkpoint.toString(),
                EventJson.mapper().valueToTree(spec.contract()));
    }
}
