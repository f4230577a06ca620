package dev.loramill.stress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** Requests of a client that never waits for long, and that reads only what it was told. */
final class Http {
    static final JsonMapper JSON = JsonMapper.builder().build();

    private static final Duration LONGEST = Duration.ofSeconds(20);

    /** Refusals that say "not now": a timeout, rows under way, too much at once. */
    private static final Set<Integer> PASSING = Set.of(408, 425, 429);

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();

    /**
     * An answer.
     *
     * @param status its status, or 0 when none came
     */
    record Reply(int status, JsonNode body) {
        boolean isOk() {
            return status == 200;
        }

        /** Whether it says that the request took no effect and never will. */
        boolean isRefusal() {
            return status >= 400
                    && status < 500
                    && !PASSING.contains(status)
                    && !code().equals("rows_pending");
        }

        /** Whether it says that nothing was changed this time. */
        boolean isWithoutEffect() {
            return status >= 400 && status < 500;
        }

        String code() {
            return body.at("/error/code").asText();
        }
    }

    Reply get(Node node, String path) throws InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(node.address() + path)).GET());
    }

    Reply post(Node node, String path, Map<String, String> headers, String body)
            throws InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(node.address() + path))
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return send(request);
    }

    Reply postJson(Node node, String path, Object body) throws InterruptedException {
        try {
            return post(
                    node,
                    path,
                    Map.of("Content-Type", "application/json"),
                    JSON.writeValueAsString(body));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private Reply send(HttpRequest.Builder request) throws InterruptedException {
        try {
            HttpResponse<String> response =
                    client.send(
                            request.timeout(LONGEST).build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(response.statusCode(), parse(response.body()));
        } catch (IOException e) {
            return new Reply(0, MissingNode.getInstance());
        }
    }

    private static JsonNode parse(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}
