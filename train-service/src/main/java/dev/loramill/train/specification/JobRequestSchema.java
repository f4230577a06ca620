package dev.loramill.train.specification;

import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What a request for a job may say, for the OpenAPI document alone. Requests are read by {@link
 * JobRequestReader}, which names all faults at once instead of the first.
 */
@Schema(
        name = "FineTuningJobRequest",
        description = "A field that is not here is refused by name, as is one with a wrong value.",
        requiredProperties = "model")
public record JobRequestSchema(
        @Schema(description = "id of a base") String model,
        @Schema(
                        description =
                                "id of an uploaded file, or the digest of a frozen version; required"
                                        + " without dataset")
                String trainingFile,
        @Schema(
                        description =
                                "digest of a frozen version, as a text or as the version of an"
                                        + " object; not beside training_file")
                String dataset,
        @Schema(description = "name of the recipe that cleans the file", defaultValue = "none")
                String recipe,
        @Schema(
                        nullable = true,
                        description =
                                "not supported: rows are held out of the training file, as many as"
                                        + " hyperparameters.eval_fraction says")
                String validationFile,
        @Schema(
                        description = "part of the model's name",
                        maxLength = 64,
                        pattern = "[A-Za-z0-9][A-Za-z0-9._-]*")
                String suffix,
        @Schema(description = "seed of everything random", minimum = "0", defaultValue = "42")
                Integer seed,
        @Schema(description = "pairs that are kept with the job: 16 of 64 and 512 characters")
                Map<String, String> metadata,
        @Schema(description = "not supported: must be empty", maxItems = 0)
                List<String> integrations,
        @Schema(description = "where OpenAI had them before; not beside method")
                HyperparametersSchema hyperparameters,
        MethodSchema method,
        LoraSchema lora,
        @Schema(
                        description =
                                "questions that base and adapter answer for the gate; by default"
                                        + " those of the service",
                        minItems = 1,
                        maxItems = 50)
                List<String> probes,
        @Schema(description = "system prompt of rows and probes") String systemPrompt) {

    /** How the job trains. */
    @Schema(name = "FineTuningMethod")
    public record MethodSchema(
            @Schema(description = "the only method there is", enumeration = "supervised")
                    String type,
            SupervisedSchema supervised) {}

    /** Settings of the method {@code supervised}. */
    @Schema(name = "SupervisedMethod")
    public record SupervisedSchema(HyperparametersSchema hyperparameters) {}

    /** Numbers, or {@code "auto"}, which is the same as leaving one out. */
    @Schema(
            name = "FineTuningHyperparameters",
            description = "Each number may also be \"auto\", which is the same as leaving it out.")
    public record HyperparametersSchema(
            @Schema(description = "passes over the rows", minimum = "1", maximum = "50")
                    Integer nEpochs,
            @Schema(
                            description = "packed sequences a forward pass",
                            minimum = "1",
                            maximum = "256",
                            defaultValue = "4")
                    Integer batchSize,
            @Schema(
                            description = "factor on the usual learning rate of 2e-4",
                            minimum = "0",
                            exclusiveMinimum = true)
                    Double learningRateMultiplier,
            @Schema(
                            description = "peak learning rate, instead of the multiplier",
                            minimum = "0",
                            exclusiveMinimum = true,
                            maximum = "1")
                    Double learningRate,
            @Schema(description = "upper bound of optimizer steps", minimum = "1") Integer maxSteps,
            @Schema(
                            description = "forward passes an optimizer step",
                            minimum = "1",
                            maximum = "1024",
                            defaultValue = "1")
                    Integer gradientAccumulation,
            @Schema(
                            description = "tokens a sequence",
                            minimum = "16",
                            maximum = "131072",
                            defaultValue = "512")
                    Integer maxLength,
            @Schema(description = "steps of linear warm-up", minimum = "0") Integer warmupSteps,
            @Schema(description = "steps between evaluations", minimum = "0", defaultValue = "50")
                    Integer evalEvery,
            @Schema(description = "steps between checkpoints", minimum = "0", defaultValue = "25")
                    Integer saveEvery,
            @Schema(
                            description = "precision of the computation",
                            enumeration = {"auto", "bf16", "fp16", "fp32"},
                            defaultValue = "auto")
                    String precision,
            @Schema(description = "rows to take of the file", minimum = "2") Integer sample,
            @Schema(
                            description = "share of the rows that is held out",
                            minimum = "0",
                            exclusiveMinimum = true,
                            maximum = "0.5",
                            defaultValue = "0.1")
                    Double evalFraction) {}

    /** Shape of the adapter. */
    @Schema(name = "LoraRequest")
    public record LoraSchema(
            @Schema(minimum = "1", maximum = "256", defaultValue = "16") Integer rank,
            @Schema(
                            description = "scale of the adapter is alpha / rank; by default 2",
                            minimum = "0",
                            exclusiveMinimum = true)
                    Double alpha,
            @Schema(description = "in [0, 1)", minimum = "0", maximum = "1", defaultValue = "0")
                    Double dropout,
            @Schema(
                            description =
                                    "matrices with an adapter: q, k, v, o, gate, up, down; the text"
                                            + " \"all\", as by default, stands for all of them")
                    List<String> targets) {}
}
