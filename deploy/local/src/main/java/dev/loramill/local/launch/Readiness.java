package dev.loramill.local.launch;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks services whether they are ready. */
public final class Readiness implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int OK = 200;

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(TIMEOUT)
                    .build();

    /** What a service answers to the question. */
    public enum Answer {
        READY,
        NOT_READY,
        NONE
    }

    /** Asks once; a service that does not answer within five seconds counts as silent. */
    public Answer ask(URI readiness) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(readiness).timeout(TIMEOUT).GET().build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == OK
                    ? Answer.READY
                    : Answer.NOT_READY;
        } catch (IOException e) {
            return Answer.NONE;
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
