package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of an adapter, in full: the last event of an adapter id is all a replica needs.
 *
 * @param adapterId SHA-256 of the adapter's GGUF file
 * @param model name that clients ask for, such as {@code ft:smollm2:loramill:medical:1a2b3c4d}
 * @param state where the adapter stands
 * @param reasons why it is held or retired; for a live one, what the gate measured
 * @param jobId job that trained it
 * @param baseId id of the base in the catalogue
 * @param adapter the GGUF file
 * @param peft the PEFT folder, packed as a tar file
 * @param contract what must hold where it is served
 * @param lora its shape
 * @param datasetVersion frozen version that it was trained on
 * @param evaluation what was measured
 * @param createdAt when it was trained
 * @param revision grows with each announcement of the adapter, whatever clocks do: of two, the one
 *     with the greater is true, and an older one that is sent again changes nothing; null from a
 *     registry that does not count
 */
public record AdapterAnnounced(
        String adapterId,
        String model,
        State state,
        List<String> reasons,
        String jobId,
        String baseId,
        ArtifactReference adapter,
        ArtifactReference peft,
        TrainServeContract contract,
        LoraSpec lora,
        String datasetVersion,
        AdapterEvaluation evaluation,
        Instant createdAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long revision)
        implements Event {

    /** Where an adapter stands. */
    public enum State {
        /** Trained, the gate has not decided. */
        TRAINED,
        /** Served under its model name. */
        LIVE,
        /** Refused by the gate; a person can promote it. */
        HELD,
        /** No longer served. */
        RETIRED
    }

    public AdapterAnnounced {
        Check.sha256("adapterId", adapterId);
        Check.model("model", model);
        reasons =
                Check.list("reasons", reasons, EventLimits.REASONS).stream()
                        .map(reason -> Check.sentence("reason", reason))
                        .toList();
        Check.id("jobId", jobId);
        Check.id("baseId", baseId);
        Check.sha256("datasetVersion", datasetVersion);
        Check.time("createdAt", createdAt);
        if (revision != null) {
            Check.notNegative("revision", revision);
        }
        if (!adapter.sha256().equals(adapterId)) {
            throw new IllegalArgumentException(
                    "adapterId must be the SHA-256 of the adapter's file \"%s\", got \"%s\""
                            .formatted(adapter.sha256(), adapterId));
        }
    }

    @Override
    @JsonIgnore
    public String key() {
        return adapterId;
    }

    @Override
    @JsonIgnore
    public String subject() {
        return adapterId;
    }
}
