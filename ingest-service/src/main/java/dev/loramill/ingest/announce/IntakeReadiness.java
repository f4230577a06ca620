package dev.loramill.ingest.announce;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Red while Kafka or the database is away. */
@Readiness
@ApplicationScoped
class IntakeReadiness implements HealthCheck {
    private final Relay relay;

    IntakeReadiness(Relay relay) {
        this.relay = relay;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("intake")
                .status(relay.isHealthy())
                .withData("fault", relay.fault())
                .build();
    }
}
