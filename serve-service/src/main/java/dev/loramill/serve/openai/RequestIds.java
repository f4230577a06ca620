package dev.loramill.serve.openai;

import io.quarkus.vertx.http.runtime.filters.Filters;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.UUID;

/** Names each answer in a header, which clients show with an error. */
@Singleton
class RequestIds {
    private static final int EARLY = 1_000;

    void register(@Observes Filters filters) {
        filters.register(
                context -> {
                    context.response().putHeader("x-request-id", "req_" + UUID.randomUUID());
                    context.next();
                },
                EARLY);
    }
}
