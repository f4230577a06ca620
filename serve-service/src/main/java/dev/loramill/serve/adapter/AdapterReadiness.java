package dev.loramill.serve.adapter;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Green once all announced adapters were read, as long as the broker answers. */
@Readiness
@Singleton
class AdapterReadiness implements HealthCheck {
    private final AdapterFollower follower;

    AdapterReadiness(AdapterFollower follower) {
        this.follower = follower;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("adapters");
        AdapterListener.Health health =
                follower.health()
                        .orElse(new AdapterListener.Health(false, true, "the base comes first"));
        if (!health.isBrokerThere()) {
            return response.down()
                    .withData("reason", "the broker does not answer: " + health.fault())
                    .build();
        }
        if (!health.isCaughtUp()) {
            return response.down()
                    .withData("reason", "the announced adapters are being read")
                    .build();
        }
        return response.up().withData("served", follower.served().size()).build();
    }
}
