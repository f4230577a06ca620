package dev.loramill.train.specification;

import dev.loramill.events.ArtifactReference;
import dev.loramill.events.LoraSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a job is to do, with everything it names found to be there.
 *
 * @param baseId id of the base
 * @param base the base's file
 * @param rows what to train on
 * @param suffix part of the model's name; null for none
 * @param seed seed of everything random
 * @param metadata pairs that the person attached
 * @param lora shape of the adapter
 * @param hyperparameters how to train, as asked for
 * @param probes questions for base and adapter
 * @param systemPrompt system prompt of rows and probes; null leaves the rows as they are
 */
public record JobSpecification(
        String baseId,
        ArtifactReference base,
        JobRows rows,
        @Nullable String suffix,
        int seed,
        Map<String, String> metadata,
        LoraSpec lora,
        HyperparameterChoice hyperparameters,
        List<String> probes,
        @Nullable String systemPrompt) {
    public JobSpecification {
        metadata = Map.copyOf(metadata);
        probes = List.copyOf(probes);
    }

    /** The specification of a request. */
    public static JobSpecification of(JobRequest request, ArtifactReference base, JobRows rows) {
        return new JobSpecification(
                request.model(),
                base,
                rows,
                request.suffix(),
                request.seed(),
                request.metadata(),
                request.lora(),
                request.hyperparameters(),
                request.probes(),
                request.systemPrompt());
    }
}
