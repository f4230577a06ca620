package dev.loramill.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Bounds the memory of all bodies together: a request is refused before its body is read when those
 * under way leave no room for it. Of itself no bound on each body does that, since there may be any
 * number of them. A body that comes too slowly loses its place with its connection.
 */
@Singleton
class BodyAdmission {
    /** After {@link BodyLimit}, whose answer names what is wrong with one body. */
    private static final int PRIORITY = RequestIds.PRIORITY - 2;

    private static final int HEAP_SHARE = 8;
    private static final int LEAST_BYTES_A_SECOND = 64 << 10;

    private final ObjectMapper json;
    private final long largestBody;
    private final long limit;
    private final Duration timeout;
    private final List<String> streamedPaths;
    private final AtomicLong inFlight = new AtomicLong();

    BodyAdmission(
            ObjectMapper json,
            BodiesConfig config,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size", defaultValue = "10M")
                    MemorySize largestBody) {
        this.json = json;
        this.largestBody = largestBody.asLongValue();
        this.limit =
                config.maxBodyBytesInFlight()
                        .map(MemorySize::asLongValue)
                        .orElseGet(() -> Runtime.getRuntime().maxMemory() / HEAP_SHARE);
        this.timeout = config.bodyTimeout();
        this.streamedPaths = config.streamedPaths().orElse(List.of());
    }

    void register(@Observes Filters filters) {
        filters.register(this::admit, PRIORITY);
    }

    private void admit(RoutingContext context) {
        long length = length(context.request());
        if (length == 0) {
            context.next();
            return;
        }
        closeWhenSlow(context, length);
        if (isStreamed(context.request())) {
            context.next();
            return;
        }
        // One body that is larger than the limit alone is taken when there is no other.
        long counted = Math.min(length, limit);
        if (inFlight.addAndGet(counted) > limit) {
            inFlight.addAndGet(-counted);
            refuse(context);
            return;
        }
        AtomicBoolean isOver = new AtomicBoolean();
        context.addEndHandler(_ -> {
            if (isOver.compareAndSet(false, true)) {
                inFlight.addAndGet(-counted);
            }
        });
        context.next();
    }

    private long length(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        if (length != null && length.matches("\\d{1,18}")) {
            return Math.min(Long.parseLong(length), largestBody);
        }
        return request.getHeader("Transfer-Encoding") == null ? 0 : largestBody;
    }

    private boolean isStreamed(HttpServerRequest request) {
        String type = request.getHeader("Content-Type");
        String path = request.path();
        return (type != null && type.startsWith("multipart/form-data"))
                || (path != null && streamedPaths.stream().anyMatch(path::endsWith));
    }

    private void closeWhenSlow(RoutingContext context, long length) {
        HttpServerRequest request = context.request();
        long millis = timeout.toMillis() + 1_000 * (length / LEAST_BYTES_A_SECOND);
        long timer =
                context.vertx()
                        .setTimer(
                                Math.max(1, millis),
                                _ -> {
                                    if (!request.isEnded()) {
                                        request.connection().close();
                                    }
                                });
        request.end().onComplete(_ -> context.vertx().cancelTimer(timer));
        context.addEndHandler(_ -> context.vertx().cancelTimer(timer));
    }

    private void refuse(RoutingContext context) {
        RefusedException refused =
                RefusedException.unavailable(
                        "overloaded",
                        "the requests under way hold the %,d bytes that bodies may have together; try again in a moment"
                                .formatted(limit),
                        Duration.ofSeconds(1));
        try {
            context.response()
                    .setStatusCode(refused.status())
                    .putHeader("Content-Type", "application/json")
                    .putHeader("Retry-After", "1")
                    .putHeader("Connection", "close")
                    .end(json.writeValueAsString(refused.body()))
                    .onComplete(_ -> context.request().connection().close());
        } catch (JsonProcessingException e) {
            context.fail(e);
        }
    }

    /** Bytes of the bodies that count now. */
    long inFlight() {
        return inFlight.get();
    }
}
