package dev.loramill.train.registry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.loramill.events.AdapterEvaluation;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.LoraSpec;
import dev.loramill.events.TrainServeContract;
import java.util.List;

/** An adapter as clients see it. */
record AdapterBody(
        String id,
        String object,
        long createdAt,
        String model,
        String state,
        List<String> reasons,
        @JsonProperty("fine_tuning_job_id") String jobId,
        String base,
        ArtifactReference adapter,
        ArtifactReference peft,
        TrainServeContract contract,
        LoraSpec lora,
        String datasetVersion,
        AdapterEvaluation evaluation) {
    static AdapterBody of(Adapter adapter) {
        Candidate candidate = adapter.candidate();
        return new AdapterBody(
                adapter.id(),
                "adapter",
                adapter.createdAt().getEpochSecond(),
                candidate.model(),
                adapter.state().word(),
                adapter.state().reasons(),
                candidate.jobId(),
                candidate.baseId(),
                candidate.adapter(),
                candidate.peft(),
                candidate.contract(),
                candidate.lora(),
                candidate.datasetVersion(),
                candidate.evaluation());
    }
}
