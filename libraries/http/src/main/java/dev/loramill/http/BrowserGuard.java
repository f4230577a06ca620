package dev.loramill.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages of others away from a service that their reader's browser can reach: refuses
 * names that the service does not have, foreign origins, and changes that another site asks for.
 * Programs send no {@code Origin} and are not held up.
 */
@Singleton
class BrowserGuard {
    static final int PRIORITY = RequestIds.PRIORITY - 1;

    private static final Set<String> OWN_HOSTS = Set.of("localhost", "127.0.0.1", "::1");
    private static final Set<HttpMethod> READING =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final Set<String> OTHER_SITES = Set.of("cross-site", "same-site");
    private static final String HEALTH = "/q/health";
    private static final int LONGEST_QUOTE = 100;

    private final ObjectMapper json;
    private final Set<String> hosts;
    private final Set<String> origins;

    BrowserGuard(ObjectMapper json, HttpConfig config) {
        this.json = json;
        this.hosts =
                Stream.concat(
                                OWN_HOSTS.stream(),
                                config.allowedHosts().stream().flatMap(List::stream))
                        .map(BrowserGuard::plain)
                        .collect(Collectors.toUnmodifiableSet());
        this.origins =
                config.allowedOrigins().stream()
                        .flatMap(List::stream)
                        .map(origin -> origin.strip().toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet());
    }

    void register(@Observes Filters filters) {
        filters.register(this::guard, PRIORITY);
    }

    private void guard(RoutingContext context) {
        // No browser shall take what is given out for a page or a script.
        context.response().putHeader("X-Content-Type-Options", "nosniff");
        Optional<RefusedException> refused = refusal(context);
        if (refused.isPresent()) {
            EarlyAnswer.refuse(context, json, refused.get());
        } else {
            context.next();
        }
    }

    private Optional<RefusedException> refusal(RoutingContext context) {
        HttpServerRequest request = context.request();
        HostAndPort authority = request.authority();
        if (!isHealth(context.normalizedPath())
                && (authority == null
                        || request.headers().getAll("Host").size() > 1
                        || !hosts.contains(plain(authority.host())))) {
            return Optional.of(
                    RefusedException.misdirected(
                            "this service is not asked as \"%s\"; allowed are localhost, 127.0.0.1, [::1] and the names in loramill.http.allowed-hosts"
                                    .formatted(quoted(request.getHeader("Host"), authority))));
        }
        List<String> named = request.headers().getAll("Origin");
        boolean isReading = READING.contains(request.method());
        if (named.isEmpty()) {
            String site = request.getHeader("Sec-Fetch-Site");
            return !isReading && site != null && OTHER_SITES.contains(site)
                    ? Optional.of(foreign("a web page of another site"))
                    : Optional.empty();
        }
        for (String origin : named) {
            if (!origins.contains(origin.toLowerCase(Locale.ROOT)) && !isOwn(origin, authority)) {
                return Optional.of(foreign("a web page of \"%s\"".formatted(cut(origin))));
            }
        }
        return Optional.empty();
    }

    private static RefusedException foreign(String page) {
        return RefusedException.forbidden(
                "origin_not_allowed",
                page
                        + " may not use this service; allowed are its own and those in loramill.http.allowed-origins");
    }

    /** Whether a page comes from the very address that it asks. */
    private static boolean isOwn(String origin, @Nullable HostAndPort authority) {
        if (authority == null) {
            return false;
        }
        try {
            URI page = new URI(origin);
            if (page.getHost() == null) {
                return false;
            }
            int usual = "https".equals(page.getScheme()) ? 443 : 80;
            int pagePort = page.getPort() < 0 ? usual : page.getPort();
            int port = authority.port() < 0 ? usual : authority.port();
            return plain(page.getHost()).equals(plain(authority.host())) && pagePort == port;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isHealth(String path) {
        return path.equals(HEALTH) || path.startsWith(HEALTH + "/");
    }

    /** In lower case, without the brackets of an address and the dot at the end of a name. */
    private static String plain(String host) {
        String plain = host.strip().toLowerCase(Locale.ROOT);
        if (plain.startsWith("[") && plain.endsWith("]")) {
            return plain.substring(1, plain.length() - 1);
        }
        return plain.endsWith(".") ? plain.substring(0, plain.length() - 1) : plain;
    }

    private static String quoted(@Nullable String header, @Nullable HostAndPort authority) {
        if (header != null) {
            return cut(header);
        }
        return authority == null ? "" : cut(authority.host());
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "…";
    }
}
