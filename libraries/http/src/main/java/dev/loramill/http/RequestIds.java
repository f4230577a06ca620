package dev.loramill.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.UUID;
import org.slf4j.MDC;

/**
 * Names each answer in the header {@code x-request-id}, which clients show with an error, and each
 * line that is logged for the request in {@value #KEY}, whatever thread works on it.
 */
@Singleton
class RequestIds {
    /** Before {@link BodyLimit}, whose refusals have a name too. */
    static final int PRIORITY = 2_000;

    static final String KEY = "requestId";

    void register(@Observes Filters filters) {
        filters.register(
                context -> {
                    String id = "req_" + UUID.randomUUID();
                    context.response().putHeader("x-request-id", id);
                    // Kept with the request, not with the thread: nothing has to be taken away.
                    MDC.put(KEY, id);
                    context.next();
                },
                PRIORITY);
    }
}
