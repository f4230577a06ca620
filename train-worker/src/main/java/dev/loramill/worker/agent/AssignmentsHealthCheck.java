package dev.loramill.worker.agent;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the worker takes assignments. */
@Readiness
class AssignmentsHealthCheck implements HealthCheck {
    private final WorkerLifecycle lifecycle;

    AssignmentsHealthCheck(WorkerLifecycle lifecycle) {
        this.lifecycle = lifecycle;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("assignments").status(lifecycle.isReady()).build();
    }
}
