package dev.loramill.events;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a worker needs to know of a job.
 *
 * @param baseId id of the base in the catalogue
 * @param base the GGUF file of the base
 * @param datasetVersion digest of the frozen dataset version
 * @param trainRows rows to train on, JSON lines
 * @param evalRows rows held out, JSON lines
 * @param contract what training and serving must agree on, from the manifest
 * @param lora shape of the adapter
 * @param hyperparameters how to train
 * @param probes questions that the base and the adapter are asked before the gate
 * @param systemPrompt system prompt of the probes; null for none
 */
public record TrainingSpec(
        String baseId,
        ArtifactReference base,
        String datasetVersion,
        ArtifactReference trainRows,
        ArtifactReference evalRows,
        TrainServeContract contract,
        LoraSpec lora,
        Hyperparameters hyperparameters,
        List<String> probes,
        @Nullable String systemPrompt) {
    public TrainingSpec {
        Check.id("baseId", baseId);
        Check.sha256("datasetVersion", datasetVersion);
        probes = Check.list("probes", probes, EventLimits.PROBES);
        probes.forEach(probe -> Check.text("probe", probe, EventLimits.PROBE));
        if (systemPrompt != null) {
            Check.text("systemPrompt", systemPrompt, EventLimits.SYSTEM_PROMPT);
        }
    }
}
