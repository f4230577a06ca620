package dev.loramill.train.specification;

import dev.loramill.events.LoraSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job as it is asked for: every value is in range, and nothing was looked up yet.
 *
 * @param model id of the base
 * @param rows what to train on
 * @param suffix part of the model's name; null for none
 * @param seed seed of everything random
 * @param metadata pairs that the person attaches to the job
 * @param lora shape of the adapter
 * @param hyperparameters how to train
 * @param probes questions for base and adapter
 * @param systemPrompt system prompt of rows and probes; null leaves the rows as they are
 */
public record JobRequest(
        String model,
        Rows rows,
        @Nullable String suffix,
        int seed,
        Map<String, String> metadata,
        LoraSpec lora,
        HyperparameterChoice hyperparameters,
        List<String> probes,
        @Nullable String systemPrompt) {
    public JobRequest {
        metadata = Map.copyOf(metadata);
        probes = List.copyOf(probes);
    }

    /** What to train on. */
    public sealed interface Rows {
        /** An uploaded file, cleaned by a recipe and frozen on the way. */
        record OfFile(String fileId, String recipe) implements Rows {}

        /**
         * A version that is frozen already.
         *
         * @param digest names it
         * @param recipe recipe that it must have been cleaned with; null for any
         */
        record OfVersion(String digest, @Nullable String recipe) implements Rows {}
    }
}
