package dev.loramill.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.regex.Pattern;

/**
 * Refuses addresses that hold U+0000, which no name of ours has and no database takes, whatever
 * route and parameter they mean.
 */
@Singleton
class RequestText {
    private static final int PRIORITY = BrowserGuard.PRIORITY - 1;
    private static final Pattern NUL = Pattern.compile("%00|\0");

    private final ObjectMapper json;

    RequestText(ObjectMapper json) {
        this.json = json;
    }

    void register(@Observes Filters filters) {
        filters.register(this::guard, PRIORITY);
    }

    private void guard(RoutingContext context) {
        if (NUL.matcher(context.request().uri()).find()) {
            EarlyAnswer.refuse(
                    context,
                    json,
                    RefusedException.invalid(
                            "invalid_value", null, "the address must not hold U+0000 (%00)"));
            return;
        }
        context.next();
    }
}
