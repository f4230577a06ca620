package dev.loramill.serve.adapter;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.serve.engine.EngineState;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** Follows the announcements from when the base is loaded until the service stops. */
@Singleton
class AdapterFollower {
    private final ArtifactStore store;
    private final AdapterConfig config;
    private final Replica replica;
    private final ServedModels models;
    private final StatusSink statuses;
    private final String bootstrapServers;
    private volatile @Nullable AdapterRoster roster;
    private volatile @Nullable AdapterListener listener;

    AdapterFollower(
            ArtifactStore store,
            AdapterConfig config,
            Replica replica,
            ServedModels models,
            StatusSink statuses,
            @ConfigProperty(name = "kafka.bootstrap.servers") String bootstrapServers) {
        this.store = store;
        this.config = config;
        this.replica = replica;
        this.models = models;
        this.statuses = statuses;
        this.bootstrapServers = bootstrapServers;
    }

    void follow(@Observes EngineState.Serving serving) {
        AdapterLoader loader = new AdapterLoader(store, serving.engine(), serving.base(), config);
        AdapterRoster newRoster =
                new AdapterRoster(
                        serving.engine(),
                        serving.base(),
                        loader::load,
                        replica,
                        models,
                        statuses,
                        Clock.systemUTC(),
                        config.limit());
        roster = newRoster;
        AdapterListener newListener = new AdapterListener(bootstrapServers, newRoster);
        listener = newListener;
        newListener.start();
    }

    /** The adapters that are served. */
    List<ServedAdapter> served() {
        AdapterRoster current = roster;
        return current == null ? List.of() : current.served();
    }

    /** How the listener is doing; empty before the base is loaded. */
    Optional<AdapterListener.Health> health() {
        return Optional.ofNullable(listener).map(AdapterListener::health);
    }

    /** Runs before the engine is closed. */
    void stop(@Observes @Priority(1_000) ShutdownEvent event) throws InterruptedException {
        AdapterListener current = listener;
        if (current != null) {
            current.stop();
        }
    }
}
