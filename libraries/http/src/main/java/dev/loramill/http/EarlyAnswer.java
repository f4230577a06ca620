package dev.loramill.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.ext.web.RoutingContext;

/** Refuses a request before its body is read, and then reads nothing more of its sender. */
final class EarlyAnswer {
    private EarlyAnswer() {}

    static void refuse(RoutingContext context, ObjectMapper json, RefusedException refused) {
        try {
            context.response()
                    .setStatusCode(refused.status())
                    .putHeader("Content-Type", "application/json")
                    .putHeader("Connection", "close")
                    .end(json.writeValueAsString(refused.body()))
                    .onComplete(_ -> context.request().connection().close());
        } catch (JsonProcessingException e) {
            context.fail(e);
        }
    }
}
