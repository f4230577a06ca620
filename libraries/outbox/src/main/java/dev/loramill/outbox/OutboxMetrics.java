package dev.loramill.outbox;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Numbers of the outbox for Prometheus. */
@ApplicationScoped
class OutboxMetrics {
    void register(@Observes StartupEvent event, MeterRegistry registry, OutboxRelay relay) {
        Gauge.builder("loramill.outbox.parked", relay, OutboxRelay::parkedCount)
                .description("Events that Kafka will never take, with their keys waiting")
                .register(registry);
    }
}
