package dev.loramill.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;

/** An HTTP client of the service under test. Safe for all threads. */
public final class HttpTestClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI address;

    /** A client of the service at an address. */
    public HttpTestClient(URI address) {
        this.address = address;
    }

    /** A request to a path. */
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(address.resolve(path)).timeout(TIMEOUT);
    }

    /** GET. */
    public HttpAnswer get(String path) {
        return send(request(path).GET());
    }

    /** DELETE. */
    public HttpAnswer delete(String path) {
        return send(request(path).DELETE());
    }

    /** POST of JSON. */
    public HttpAnswer post(String path, String json) {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json)));
    }

    /**
     * Sends a request and waits for the answer.
     *
     * @throws UncheckedIOException when nobody answers
     */
    public HttpAnswer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response =
                    http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new HttpAnswer(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
