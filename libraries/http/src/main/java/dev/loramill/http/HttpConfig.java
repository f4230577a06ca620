package dev.loramill.http;

import io.smallrye.config.ConfigMapping;
import java.util.List;
import java.util.Optional;

/** Who may use the HTTP door. */
@ConfigMapping(prefix = "loramill.http")
public interface HttpConfig {
    /**
     * Names and addresses, without a port and divided by commas, under which the service may be
     * asked beside `localhost`, `127.0.0.1` and `[::1]`, such as the name of its container. A
     * request whose `Host` is another is refused by 421, so that no web page reaches the service by
     * a name of its own; only `/q/health` answers under any.
     */
    Optional<List<String>> allowedHosts();

    /**
     * Origins, such as `https://console.example`, divided by commas, whose web pages may ask the
     * service beside its own; a request from another page is refused by 403.
     */
    Optional<List<String>> allowedOrigins();
}
