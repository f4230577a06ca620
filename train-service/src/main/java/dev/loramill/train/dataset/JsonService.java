package dev.loramill.train.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks one service, in JSON. */
final class JsonService {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    // HTTP/1.1: an upgrade asked for with a POST costs its body twice on some servers.
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT_TIMEOUT)
                    .build();
    private final String name;
    private final String address;
    private final Duration timeout;

    JsonService(String name, URI url, Duration timeout) {
        this.name = name;
        this.address = url.toString().replaceAll("/+$", "");
        this.timeout = timeout;
    }

    /**
     * An answer that says something: 2xx or 4xx.
     *
     * @param isRetryable the service says that the same question may be answered differently soon
     */
    record Answer(int status, JsonNode body, boolean isRetryable) {
        boolean isSuccess() {
            return status < 300;
        }

        boolean isMissing() {
            return status == 404;
        }

        String errorMessage() {
            return body.at("/error/message").asText("status " + status);
        }

        @Nullable String errorCode() {
            return body.at("/error/code").asText(null);
        }
    }

    Answer get(String path) throws ServiceAwayException {
        return ask(path, request(path).GET());
    }

    Answer post(String path, JsonNode body) throws ServiceAwayException {
        return ask(
                path,
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    /** The answer does not mean what it should. */
    ServiceAwayException unexpected(String path, Answer answer) {
        return away(path, "it answered %d: %s".formatted(answer.status(), answer.errorMessage()));
    }

    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(address + path))
                .timeout(timeout)
                .header("Accept", "application/json");
    }

    private Answer ask(String path, HttpRequest.Builder builder) throws ServiceAwayException {
        HttpRequest request = builder.build();
        HttpResponse<byte[]> response;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw away(path, "it does not answer (" + e + ")", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw away(path, "asking it was interrupted", e);
        }
        int status = response.statusCode();
        JsonNode body = body(path, response);
        Optional<String> retryAfter = response.headers().firstValue("Retry-After");
        Answer answer = new Answer(status, body, retryAfter.isPresent());
        if (status >= 500 || status == 429 || status == 408) {
            throw unexpected(path, answer);
        }
        return answer;
    }

    private JsonNode body(String path, HttpResponse<byte[]> response) throws ServiceAwayException {
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw away(path, "its answer %d is not JSON".formatted(response.statusCode()), e);
        }
    }

    private ServiceAwayException away(String path, String what) {
        return away(path, what, null);
    }

    private ServiceAwayException away(String path, String what, @Nullable Exception cause) {
        return new ServiceAwayException(
                "%s-service at %s cannot be asked for %s: %s".formatted(name, address, path, what),
                cause);
    }
}
