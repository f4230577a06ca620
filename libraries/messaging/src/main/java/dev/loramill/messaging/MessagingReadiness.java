package dev.loramill.messaging;

import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Red, with the reason, while anything keeps the service from doing its work. */
@Readiness
@ApplicationScoped
class MessagingReadiness implements HealthCheck {
    private final List<Contact> contacts;

    MessagingReadiness(@All List<Contact> contacts) {
        this.contacts = contacts;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("messaging");
        boolean isUp = true;
        for (Contact contact : contacts) {
            Optional<String> fault = contact.fault();
            isUp &= fault.isEmpty();
            response.withData(contact.name(), fault.or(contact::warning).orElse("ok"));
        }
        return response.status(isUp).build();
    }
}
