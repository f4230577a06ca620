package dev.loramill.ingest.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Says why, where the HTTP server would close the connection on a large body without a word. */
@ApplicationScoped
class BodyLimit {
    /** Before the server's own check. */
    private static final int PRIORITY = 1_000;

    private final ObjectMapper json;
    private final long maxBytes;

    BodyLimit(
            ObjectMapper json,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit) {
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
                        "the body has %,d bytes, allowed are %,d; pack it by gzip or send it in parts"
                                .formatted(Long.parseLong(length), maxBytes));
        try {
            context.response()
                    .setStatusCode(refused.category().status())
                    .putHeader("Content-Type", "application/json")
                    .putHeader("Connection", "close")
                    .end(json.writeValueAsString(refused.body()))
                    .onComplete(done -> context.request().connection().close());
        } catch (JsonProcessingException e) {
            context.fail(e);
        }
    }
}
