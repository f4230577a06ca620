package dev.loramill.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that say more than one thing, or what nothing can hold. */
@QuarkusTest
class StrictRequestTest {
    @TestHTTPResource("/strict")
    @SuppressWarnings("NullAway.Init")
    URI strict;

    /** What the route takes. */
    public record Body(String name) {}

    @Path("/strict")
    public static class StrictResource {
        @POST
        @Blocking
        public String post(Body body) {
            throw RefusedException.invalid("quoted", body.name(), "got " + body.name());
        }

        @GET
        @Path("/{id}")
        @Blocking
        public String get(@PathParam("id") String id) {
            return "asked";
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {"name":"a","name":"b"}    | Duplicate field 'name'
                    {"name":"a","\\u006eame":"b"} | Duplicate field 'name'
                    {"name":"a"} {}            | more follows behind it
                    {"name":"a"} ]             | not the JSON
                    {"name":"a"}{"name":"b"}   | more follows behind it
                    """)
    void aBodyIsOneValueThatSaysEachThingOnce(String body, String message) throws Exception {
        HttpResponse<String> answer = post(body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("invalid_json", message);
    }

    /** What begins so is taken for UTF-32, and goes on with what is no character. */
    @Test
    void aBodyOfNoCharactersIsRefused() throws Exception {
        HttpResponse<String> answer =
                post(BodyPublishers.ofByteArray(new byte[] {0, 0, 0, '{', '"', '9', '{', '"'}));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("invalid_json", "not JSON in UTF-8");
    }

    @Test
    void whatUtf8CannotHoldIsQuotedWithoutIt() throws Exception {
        HttpResponse<String> answer = post("{\"name\":\"x\\ud800y\\udc00\\ud83d\\ude00\"}");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("got x\uFFFDy\uFFFD\\uD83D\\uDE00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/strict/a%00b", "/strict/a?after=%00", "/strict/%00?x", "/nowhere%00"})
    void anAddressWithANulIsRefused(String address) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", strict.getPort())) {
            socket.getOutputStream()
                    .write(
                            "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                    .formatted(address)
                                    .getBytes(StandardCharsets.ISO_8859_1));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer).startsWith("HTTP/1.1 400").contains("must not hold U+0000");
        }
    }

    private HttpResponse<String> post(String body) throws Exception {
        return post(BodyPublishers.ofString(body));
    }

    private HttpResponse<String> post(HttpRequest.BodyPublisher body) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(strict)
                            .header("Content-Type", "application/json")
                            .POST(body)
                            .build(),
                    BodyHandlers.ofString());
        }
    }
}
