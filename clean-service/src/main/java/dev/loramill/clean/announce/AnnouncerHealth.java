package dev.loramill.clean.announce;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Red while broker or database keep events from being sent. */
@Readiness
@ApplicationScoped
class AnnouncerHealth implements HealthCheck {
    private final Announcer announcer;

    AnnouncerHealth(Announcer announcer) {
        this.announcer = announcer;
    }

    @Override
    public HealthCheckResponse call() {
        return announcer
                .fault()
                .map(fault ->
                        HealthCheckResponse.named("outbox").withData("fault", fault).down().build())
                .orElseGet(() -> HealthCheckResponse.up("outbox"));
    }
}
