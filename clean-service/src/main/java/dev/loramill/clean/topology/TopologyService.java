package dev.loramill.clean.topology;

import dev.loramill.clean.recipe.RecipeLookup;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Runs the topology as long as the service runs, and reports its readiness. */
@Readiness
@ApplicationScoped
class TopologyService implements HealthCheck {
    private static final int AFTER_RECIPES = 1_000;

    private final CleaningStreams streams;

    TopologyService(
            @ConfigProperty(name = "kafka.bootstrap.servers", defaultValue = "127.0.0.1:19092")
                    String bootstrapServers,
            TopologyConfig config,
            RecipeLookup recipes) {
        this.streams =
                new CleaningStreams(
                        bootstrapServers, config.stateDirectory(), config.threads(), recipes);
    }

    void onStart(@Observes @Priority(AFTER_RECIPES) StartupEvent event) {
        streams.start();
    }

    void onStop(@Observes ShutdownEvent event) {
        streams.close();
    }

    @Override
    public HealthCheckResponse call() {
        return streams.fault()
                .map(fault ->
                        HealthCheckResponse.named("cleaning topology")
                                .withData("fault", fault)
                                .down()
                                .build())
                .orElseGet(() -> HealthCheckResponse.up("cleaning topology"));
    }
}
