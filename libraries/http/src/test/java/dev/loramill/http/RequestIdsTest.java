package dev.loramill.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@QuarkusTest
class RequestIdsTest {
    @TestHTTPResource("/failing")
    @SuppressWarnings("NullAway.Init")
    URI failing;

    @Path("/failing")
    public static class FailingResource {
        @GET
        @Blocking
        public String get() {
            throw new IllegalStateException("on purpose");
        }
    }

    @Test
    void theNameInTheAnswerStandsInTheLogOfItsRequest() throws Exception {
        Queue<String> logged = new ConcurrentLinkedQueue<>();
        Handler handler =
                new Handler() {
                    @Override
                    public void publish(@Nullable LogRecord record) {
                        logged.add(
                                String.valueOf(
                                        ExtLogRecord.wrap(Objects.requireNonNull(record))
                                                .getMdc("requestId")));
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        Logger logger = Logger.getLogger(ErrorResource.class.getName());
        logger.addHandler(handler);
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> first = get(http);
            HttpResponse<String> second = get(http);

            assertThat(first.statusCode()).isEqualTo(500);
            assertThat(logged).containsExactly(id(first), id(second));
        } finally {
            logger.removeHandler(handler);
        }
    }

    private HttpResponse<String> get(HttpClient http) throws Exception {
        return http.send(
                HttpRequest.newBuilder(failing).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String id(HttpResponse<String> answer) {
        return answer.headers().firstValue("x-request-id").orElseThrow();
    }
}
