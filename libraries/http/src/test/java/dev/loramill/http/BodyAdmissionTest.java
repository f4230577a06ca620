package dev.loramill.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(BodyAdmissionTest.SmallBodies.class)
class BodyAdmissionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int BODY = 300_000;
    private static final int FIT = 3;

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init")
    URI address;

    @Inject
    @SuppressWarnings("NullAway.Init")
    BodyAdmission admission;

    public static class SmallBodies implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "loramill.http.max-body-bytes-in-flight", "1000000",
                    "loramill.http.body-timeout", "1s",
                    "loramill.http.streamed-paths", "/streamed",
                    "quarkus.http.limits.max-body-size", "600000");
        }
    }

    @Path("/")
    public static class HoldingResource {
        static volatile CountDownLatch open = new CountDownLatch(0);

        @POST
        @Path("held")
        @Consumes("application/octet-stream")
        @Blocking
        public int held(byte[] body) throws InterruptedException {
            open.await();
            return body.length;
        }

        @POST
        @Path("streamed")
        @Blocking
        public int streamed(InputStream body) throws IOException, InterruptedException {
            open.await();
            return body.readAllBytes().length;
        }
    }

    private HttpRequest post(String path, HttpRequest.BodyPublisher body) {
        return HttpRequest.newBuilder(address.resolve(path))
                .header("Content-Type", "application/octet-stream")
                .POST(body)
                .build();
    }

    @Test
    void bodiesThatFitTogetherAreTakenAndMoreAreToldToComeAgain() throws Exception {
        HoldingResource.open = new CountDownLatch(1);
        try (HttpClient http = HttpClient.newHttpClient()) {
            List<CompletableFuture<HttpResponse<String>>> held = new ArrayList<>();
            for (int i = 0; i < FIT; i++) {
                held.add(
                        http.sendAsync(
                                post(
                                        "held",
                                        HttpRequest.BodyPublishers.ofByteArray(new byte[BODY])),
                                HttpResponse.BodyHandlers.ofString()));
            }
            await().atMost(PATIENCE).until(() -> admission.inFlight() == FIT * BODY);

            HttpResponse<String> refused =
                    http.send(
                            post("held", HttpRequest.BodyPublishers.ofByteArray(new byte[BODY])),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            assertThat(refused.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
            assertThat(refused.body()).contains("overloaded", "1,000,000 bytes");
            // A body without a length counts as the largest that is allowed.
            assertThat(chunked(http).statusCode()).isEqualTo(503);
            // What is not held in memory does not count.
            CompletableFuture<HttpResponse<String>> streamed =
                    http.sendAsync(
                            post(
                                    "streamed",
                                    HttpRequest.BodyPublishers.ofByteArray(new byte[BODY])),
                            HttpResponse.BodyHandlers.ofString());

            HoldingResource.open.countDown();
            for (CompletableFuture<HttpResponse<String>> one : held) {
                assertThat(one.get().statusCode()).isEqualTo(200);
            }
            assertThat(streamed.get().body()).isEqualTo(String.valueOf(BODY));
            await().atMost(PATIENCE).until(() -> admission.inFlight() == 0);
            assertThat(chunked(http).body()).isEqualTo("10");
        } finally {
            HoldingResource.open.countDown();
        }
    }

    private HttpResponse<String> chunked(HttpClient http) throws Exception {
        return http.send(
                post(
                        "held",
                        HttpRequest.BodyPublishers.ofInputStream(
                                () -> new java.io.ByteArrayInputStream(new byte[10]))),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void aBodyThatDoesNotComeLosesItsPlace() throws Exception {
        try (Socket slow = new Socket(address.getHost(), address.getPort())) {
            slow.getOutputStream()
                    .write(
                            """
                            POST /held HTTP/1.1\r
                            Host: localhost\r
                            Content-Type: application/octet-stream\r
                            Content-Length: 1000\r
                            \r
                            begun\
                            """
                                    .getBytes(StandardCharsets.US_ASCII));
            await().atMost(PATIENCE).until(() -> admission.inFlight() == 1_000);
            assertThat(slow.getInputStream().read()).isEqualTo(-1);
            await().atMost(PATIENCE).until(() -> admission.inFlight() == 0);
        }
    }
}
