package dev.loramill.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.UUID;

/** Names each answer in the header {@code x-request-id}, which clients show with an error. */
@Singleton
class RequestIds {
    /** Before {@link BodyLimit}, whose refusals have a name too. */
    static final int PRIORITY = 2_000;

    void register(@Observes Filters filters) {
        filters.register(
                context -> {
                    context.response().putHeader("x-request-id", "req_" + UUID.randomUUID());
                    context.next();
                },
                PRIORITY);
    }
}
