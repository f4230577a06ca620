package dev.loramill.train.registry;

import dev.loramill.events.AdapterEvicted;
import dev.loramill.events.AdapterLoaded;
import dev.loramill.events.AdapterRefused;
import dev.loramill.events.ServingStatus;
import dev.loramill.train.job.JobEventLog;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells in a job's events when and where its adapter is served, or why not. A replica that starts
 * again and says the same as before is no news.
 */
@ApplicationScoped
class ServingReports {
    private static final Logger LOG = LoggerFactory.getLogger(ServingReports.class);

    private final AdapterRegistry registry;
    private final AdapterRepository adapters;
    private final AdapterServingRepository servings;
    private final JobEventLog events;

    ServingReports(
            AdapterRegistry registry,
            AdapterRepository adapters,
            AdapterServingRepository servings,
            JobEventLog events) {
        this.registry = registry;
        this.adapters = adapters;
        this.servings = servings;
        this.events = events;
    }

    /**
     * Takes a replica's word.
     *
     * @param reportedAt when the replica gave it
     */
    void take(ServingStatus status, Instant reportedAt) {
        Adapter adapter = adapters.findById(status.adapterId());
        if (adapter == null) {
            LOG.atInfo()
                    .addKeyValue("adapterId", status.adapterId())
                    .addKeyValue("replicaId", status.replicaId())
                    .log("A replica reports on an adapter that is not registered");
            return;
        }
        AdapterServing.Id id = new AdapterServing.Id(adapter.id(), status.replicaId());
        String jobId = adapter.candidate().jobId();
        switch (status) {
            case AdapterLoaded loaded -> {
                correct(adapter, loaded);
                if (servings.note(id, "loaded", reportedAt)) {
                    events.info(
                            jobId,
                            "The model is served as %s by replica \"%s\" since %s, loaded in %d ms"
                                    .formatted(
                                            loaded.model(),
                                            loaded.replicaId(),
                                            reportedAt,
                                            loaded.loadMillis()));
                }
            }
            case AdapterRefused refused -> {
                if (servings.note(id, "refused: " + refused.reason(), reportedAt)) {
                    events.warn(
                            jobId,
                            "Replica \"%s\" does not serve the model: %s"
                                    .formatted(refused.replicaId(), refused.reason()));
                }
            }
            case AdapterEvicted evicted -> {
                if (servings.note(id, "evicted: " + evicted.reason(), reportedAt)) {
                    events.info(
                            jobId,
                            "Replica \"%s\" no longer serves the model: %s"
                                    .formatted(evicted.replicaId(), evicted.reason()));
                }
            }
        }
    }

    /**
     * Says again that an adapter is not live, to a replica that loaded it: whoever sends an old
     * announcement again displaces the newer one from the compacted topic.
     */
    private void correct(Adapter adapter, AdapterLoaded loaded) {
        if (!(adapter.state() instanceof AdapterState.Live)) {
            LOG.atWarn()
                    .addKeyValue("adapterId", adapter.id())
                    .addKeyValue("replicaId", loaded.replicaId())
                    .addKeyValue("state", adapter.state().word())
                    .log("A replica has loaded an adapter that is not live, which is told again");
            registry.announceAgain(adapter.id());
        }
    }
}
