package dev.loramill.serve.adapter;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.LoraSpec;
import java.time.Instant;
import java.util.List;

/**
 * The adapters that a replica serves, with the proof of each.
 *
 * @param object always {@code list}
 * @param replicaId name of the replica
 * @param replicaStartedAt when its process started: adapters come and go without a restart
 * @param data the adapters, in the order of their announcements
 */
@JsonNaming(SnakeCaseStrategy.class)
record AdapterList(String object, String replicaId, Instant replicaStartedAt, List<Entry> data) {

    /** One adapter; see {@link ServedAdapter} and {@link AdapterAnnounced} for its parts. */
    @JsonNaming(SnakeCaseStrategy.class)
    record Entry(
            String id,
            String object,
            String model,
            String base,
            String jobId,
            String datasetVersion,
            LoraSpec lora,
            Instant createdAt,
            Instant loadedAt,
            long loadMillis,
            double maxLogitDifference) {

        static Entry of(ServedAdapter adapter) {
            AdapterAnnounced announced = adapter.announced();
            return new Entry(
                    announced.adapterId(),
                    "adapter",
                    announced.model(),
                    announced.baseId(),
                    announced.jobId(),
                    announced.datasetVersion(),
                    announced.lora(),
                    announced.createdAt(),
                    adapter.loadedAt(),
                    adapter.loadTime().toMillis(),
                    adapter.maxLogitDifference());
        }
    }

    static AdapterList of(Replica replica, List<ServedAdapter> adapters) {
        return new AdapterList(
                "list",
                replica.id(),
                replica.startedAt(),
                adapters.stream().map(Entry::of).toList());
    }
}
