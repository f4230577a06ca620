package dev.loramill.serve.engine;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Green once the base is loaded. */
@Readiness
@Singleton
class EngineReadiness implements HealthCheck {
    private static final String NAME = "base model";

    private final EngineLifecycle lifecycle;

    EngineReadiness(EngineLifecycle lifecycle) {
        this.lifecycle = lifecycle;
    }

    @Override
    public HealthCheckResponse call() {
        return switch (lifecycle.state()) {
            case EngineState.Serving(_, ServedBase base) ->
                    HealthCheckResponse.named(NAME)
                            .up()
                            .withData("baseId", base.model().id())
                            .build();
            case EngineState.Waiting(String reason) ->
                    HealthCheckResponse.named(NAME).down().withData("reason", reason).build();
            case EngineState.Stopped _ ->
                    HealthCheckResponse.named(NAME).down().withData("reason", "stopped").build();
        };
    }
}
