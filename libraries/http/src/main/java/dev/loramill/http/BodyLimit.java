package dev.loramill.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Says why, where the HTTP server would close the connection on a large body without a word. */
@Singleton
class BodyLimit {
    /** Before the server's own check. */
    private static final int PRIORITY = BrowserGuard.PRIORITY - 1;

    private final ObjectMapper json;
    private final long maxBytes;

    BodyLimit(
            ObjectMapper json,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size", defaultValue = "10M")
                    MemorySize limit) {
        this.json = json;
        this.maxBytes = limit.asLongValue();
    }

    void register(@Observes Filters filters) {
        filters.register(this::refuseLargeBody, PRIORITY);
    }

    private void refuseLargeBody(RoutingContext context) {
        String length = context.request().getHeader("Content-Length");
        if (length == null || !length.matches("\\d{1,18}") || Long.parseLong(length) <= maxBytes) {
            context.next();
            return;
        }
        RefusedException refused =
                RefusedException.tooLarge(
                        "the body has %,d bytes, allowed are %,d; send less at a time"
                                .formatted(Long.parseLong(length), maxBytes));
        EarlyAnswer.refuse(context, json, refused);
    }
}
