package dev.loramill.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a browser sends that has the page of somebody else open. */
@QuarkusTest
@TestProfile(BrowserGuardTest.Names.class)
class BrowserGuardTest {
    private static final String OWN = "127.0.0.1:PORT";

    @TestHTTPResource("/guarded")
    @SuppressWarnings("NullAway.Init")
    URI guarded;

    /** A service that has a name and a console. */
    public static final class Names implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "loramill.http.allowed-hosts", "ingest,Ingest.Example,10.1.2.3",
                    "loramill.http.allowed-origins", "https://console.example");
        }
    }

    @Path("/guarded")
    public static class GuardedResource {
        @GET
        @Blocking
        public String get() {
            return "read";
        }

        @POST
        @Consumes("*/*")
        @Blocking
        public String post(String body) {
            return "changed";
        }
    }

    @Path("/q/health/live")
    public static class HealthResource {
        @GET
        @Blocking
        public String get() {
            return "alive";
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1:PORT",
                "localhost:PORT",
                "LocalHost",
                "localhost.:1",
                "[::1]:PORT",
                "ingest:8081",
                "ingest.example",
                "10.1.2.3:8081"
            })
    void namesOfTheServiceAreAnswered(String host) throws IOException {
        assertThat(ask("GET", "/guarded", host)).startsWith("HTTP/1.1 200").endsWith("read");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:PORT",
                "localhost.evil.example",
                "127.0.0.1.evil.example:PORT",
                "10.1.2.4",
                "[::2]",
                "0.0.0.0:PORT",
                "ingest@evil.example"
            })
    void anotherNameIsRefusedForReadingAndForChanging(String host) throws IOException {
        assertThat(ask("GET", "/guarded", host)).doesNotContain("read");
        assertThat(ask("POST", "/guarded", host)).doesNotContain("changed");
        assertThat(ask("GET", "/guarded", host)).startsWith("HTTP/1.1 4");
    }

    @Test
    void aRefusalOfANameSaysWhatIsAllowed() throws IOException {
        assertThat(ask("GET", "/guarded", "evil.example:1"))
                .startsWith("HTTP/1.1 421")
                .contains("host_not_allowed", "not asked as \\\"evil.example:1\\\"")
                .contains("loramill.http.allowed-hosts");
    }

    @Test
    void twoNamesAreNone() throws IOException {
        assertThat(ask("GET", "/guarded", OWN, "Host: evil.example"))
                .doesNotContain("read")
                .startsWith("HTTP/1.1 4");
    }

    @Test
    void healthIsToldUnderAnyNameAndNothingElseIs() throws IOException {
        assertThat(ask("GET", "/q/health/live", "10.9.9.9:8081")).endsWith("alive");
        assertThat(ask("GET", "/q/healthy", "10.9.9.9:8081")).startsWith("HTTP/1.1 421");
        assertThat(ask("GET", "/q/health/../../guarded", "10.9.9.9")).startsWith("HTTP/1.1 421");
        assertThat(ask("GET", "/q/openapi", "10.9.9.9:8081")).startsWith("HTTP/1.1 421");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, http://evil.example",
        "POST, http://evil.example",
        "OPTIONS, http://evil.example",
        "POST, null",
        "POST, http://127.0.0.1:1",
        "POST, http://localhost:PORT",
        "POST, https://console.example.evil.example",
        "POST, http://console.example",
        "POST, http://127.0.0.1:PORT@evil.example",
        "POST, ''",
        "POST, file://"
    })
    void aPageOfAnotherOriginIsRefused(String method, String origin) throws IOException {
        String answer = ask(method, "/guarded", OWN, "Origin: " + origin);

        assertThat(answer).startsWith("HTTP/1.1 403").contains("origin_not_allowed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:PORT", "https://console.example"})
    void theServicesOwnPagesAndThoseThatAreAllowedAreServed(String origin) throws IOException {
        assertThat(ask("POST", "/guarded", OWN, "Origin: " + origin, "Sec-Fetch-Site: cross-site"))
                .endsWith("changed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site"})
    void anotherSiteChangesNothingThoughItNamesNoOrigin(String site) throws IOException {
        assertThat(ask("POST", "/guarded", OWN, "Sec-Fetch-Site: " + site))
                .startsWith("HTTP/1.1 403");
        assertThat(ask("GET", "/guarded", OWN, "Sec-Fetch-Site: " + site)).endsWith("read");
    }

    @Test
    void aProgramIsServed() throws IOException {
        assertThat(ask("POST", "/guarded", OWN, "Content-Type: text/plain")).endsWith("changed");
    }

    @ParameterizedTest
    @CsvSource({"/guarded, 127.0.0.1", "/nowhere, 127.0.0.1", "/guarded, evil.example"})
    void noAnswerMayBeTakenForAnotherType(String path, String host) throws IOException {
        assertThat(ask("GET", path, host)).containsIgnoringCase("x-content-type-options: nosniff");
    }

    /** Byte for byte, since clients set Host and Origin by themselves. */
    private String ask(String method, String path, String host, String... headers)
            throws IOException {
        StringBuilder request = new StringBuilder();
        request.append("%s %s HTTP/1.1\r\nHost: %s\r\n".formatted(method, path, host));
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        request.append("Connection: close\r\nContent-Length: 0\r\n\r\n");
        String text = request.toString().replace("PORT", Integer.toString(guarded.getPort()));
        try (Socket socket = new Socket("127.0.0.1", guarded.getPort())) {
            socket.getOutputStream().write(text.getBytes(ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }
}
