package dev.loramill.train.registry;

import dev.loramill.events.AdapterEvaluation;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.LoraSpec;
import dev.loramill.events.TrainServeContract;

/**
 * An adapter as it came from training; nothing of it ever changes.
 *
 * @param model name that clients ask for
 * @param jobId job that trained it
 * @param baseId id of the base
 * @param adapter the GGUF file; its digest is the adapter's id
 * @param peft the PEFT folder
 * @param contract what must hold where it is served
 * @param lora its shape
 * @param datasetVersion version that it was trained on
 * @param evaluation what was measured
 */
public record Candidate(
        String model,
        String jobId,
        String baseId,
        ArtifactReference adapter,
        ArtifactReference peft,
        TrainServeContract contract,
        LoraSpec lora,
        String datasetVersion,
        AdapterEvaluation evaluation) {
    /** The same under another name. */
    Candidate named(String other) {
        return new Candidate(
                other, jobId, baseId, adapter, peft, contract, lora, datasetVersion, evaluation);
    }
}
