package dev.loramill.train.announce;

import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Red while Kafka or the database is away. */
@Readiness
@ApplicationScoped
class TrainReadiness implements HealthCheck {
    private final Relay relay;
    private final List<Consumption> consumptions;

    TrainReadiness(Relay relay, @All List<Consumption> consumptions) {
        this.relay = relay;
        this.consumptions = consumptions;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("control-plane");
        boolean isUp = relay.fault().isEmpty();
        response.withData("outbox", relay.fault().orElse("ok"));
        for (Consumption consumption : consumptions) {
            isUp &= consumption.fault().isEmpty();
            response.withData(consumption.topic(), consumption.fault().orElse("ok"));
        }
        return response.status(isUp).build();
    }
}
