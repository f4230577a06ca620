package dev.loramill.serve.adapter;

import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.LoraSpec;
import dev.loramill.http.Page;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;

/** Shows the adapters that this replica serves, with the proof of each. */
@Path("/v1/served-adapters")
public class ServedAdaptersResource {
    private final Adapters adapters;
    private final Replica replica;

    ServedAdaptersResource(Adapters adapters, Replica replica) {
        this.adapters = adapters;
        this.replica = replica;
    }

    /**
     * One adapter; see {@link ServedAdapter} and {@link AdapterAnnounced} for its parts.
     *
     * @param replicaId name of the replica that serves it
     * @param replicaStartedAt when its process started: adapters come and go without a restart
     */
    public record Entry(
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
            double maxLogitDifference,
            String replicaId,
            Instant replicaStartedAt) {

        static Entry of(ServedAdapter adapter, Replica replica) {
            AdapterAnnounced announced = adapter.announcement().adapter();
            return new Entry(
                    announced.adapterId(),
                    "served_adapter",
                    announced.model(),
                    announced.baseId(),
                    announced.jobId(),
                    announced.datasetVersion(),
                    announced.lora(),
                    announced.createdAt(),
                    adapter.loadedAt(),
                    adapter.loadTime().toMillis(),
                    adapter.maxLogitDifference(),
                    replica.id(),
                    replica.startedAt());
        }
    }

    /** All adapters that are loaded, on one page. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Page<Entry> list() {
        return Page.whole(
                adapters.served().stream().map(adapter -> Entry.of(adapter, replica)).toList(),
                Entry::id);
    }
}
