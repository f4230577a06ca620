package dev.loramill.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Speaks JSON to one service, and turns its error bodies into sentences. */
final class ServiceClient {
    static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String name;
    private final URI address;

    ServiceClient(String name, URI address) {
        this.name = name;
        this.address = address;
    }

    URI address() {
        return address;
    }

    JsonNode get(String path) throws DemoFailure, InterruptedException {
        return send(request(path).GET().build());
    }

    /** What lies at a path; empty when the service answers that nothing does. */
    Optional<JsonNode> find(String path) throws DemoFailure, InterruptedException {
        return answer(request(path).GET().build());
    }

    JsonNode post(String path, ObjectNode body) throws DemoFailure, InterruptedException {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                        .build());
    }

    /** Uploads a file as OpenAI's clients do, streamed. */
    JsonNode upload(String path, Path file) throws DemoFailure, InterruptedException {
        String boundary = "loramill-" + Long.toHexString(System.nanoTime());
        String head =
                "--%s\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nfine-tune\r\n"
                                .formatted(boundary)
                        + "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n"
                                .formatted(boundary, file.getFileName())
                        + "Content-Type: application/octet-stream\r\n\r\n";
        String tail = "\r\n--" + boundary + "--\r\n";
        return send(
                request(path)
                        .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                        .POST(
                                HttpRequest.BodyPublishers.ofInputStream(
                                        () -> concatenated(head, file, tail)))
                        .build());
    }

    private static InputStream concatenated(String head, Path file, String tail) {
        try {
            return new SequenceInputStream(
                    Collections.enumeration(
                            List.of(
                                    new ByteArrayInputStream(head.getBytes(StandardCharsets.UTF_8)),
                                    Files.newInputStream(file),
                                    new ByteArrayInputStream(
                                            tail.getBytes(StandardCharsets.UTF_8)))));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(address.resolve(path)).timeout(TIMEOUT);
    }

    private JsonNode send(HttpRequest request) throws DemoFailure, InterruptedException {
        return answer(request)
                .orElseThrow(() ->
                        new DemoFailure(
                                "the %s service knows nothing at %s"
                                        .formatted(name, request.uri())));
    }

    private Optional<JsonNode> answer(HttpRequest request)
            throws DemoFailure, InterruptedException {
        HttpResponse<String> response;
        JsonNode body;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofString());
            body = JSON.readTree(response.body());
        } catch (IOException e) {
            throw new DemoFailure(
                    "the %s service at %s did not answer %s: %s; look at ./loramill logs %s"
                            .formatted(name, address, request.uri().getPath(), e, name));
        }
        if (response.statusCode() == 404) {
            return Optional.empty();
        }
        if (response.statusCode() >= 400) {
            throw new DemoFailure(
                    "the %s service answered %d to %s %s: %s"
                            .formatted(
                                    name,
                                    response.statusCode(),
                                    request.method(),
                                    request.uri().getPath(),
                                    body.at("/error/message").asText(response.body())));
        }
        return Optional.of(body);
    }
}
