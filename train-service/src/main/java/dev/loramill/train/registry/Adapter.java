package dev.loramill.train.registry;

import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.AdapterAnnounced.State;
import java.time.Instant;

/**
 * A registered adapter.
 *
 * @param candidate what was trained
 * @param state where it stands
 * @param createdAt when it was registered
 */
public record Adapter(Candidate candidate, AdapterState state, Instant createdAt) {
    /** Digest of its file. */
    public String id() {
        return candidate.adapter().sha256();
    }

    /** The event that tells its whole state. */
    AdapterAnnounced announcement() {
        return new AdapterAnnounced(
                id(),
                candidate.model(),
                switch (state) {
                    case AdapterState.Live _ -> State.LIVE;
                    case AdapterState.Held _ -> State.HELD;
                    case AdapterState.Retired _ -> State.RETIRED;
                },
                state.reasons(),
                candidate.jobId(),
                candidate.baseId(),
                candidate.adapter(),
                candidate.peft(),
                candidate.contract(),
                candidate.lora(),
                candidate.datasetVersion(),
                candidate.evaluation(),
                createdAt);
    }
}
