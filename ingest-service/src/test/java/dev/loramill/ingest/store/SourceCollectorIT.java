package dev.loramill.ingest.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.ingest.stack.InProcessIngest;
import dev.loramill.stack.HttpAnswer;
import dev.loramill.stack.HttpTestClient;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bytes are there as long as somebody needs them, and no longer. */
@QuarkusTest
@QuarkusTestResource(InProcessIngest.class)
class SourceCollectorIT {
    private static final FileTime LONG_AGO =
            FileTime.from(Instant.now().minus(Duration.ofMinutes(61)));

    @Inject SourceCollector collector;
    @Inject SourceStore store;

    private HttpTestClient http;

    @BeforeEach
    void open() {
        http = new HttpTestClient(ConfigProvider.getConfig().getValue("test.url", URI.class));
    }

    @AfterEach
    void close() {
        http.close();
    }

    @Test
    void theBytesOfADeletedFileAreGoneUnlessAnotherFileHasThem() {
        String rows = row("shared");
        HttpAnswer first = upload(rows);
        HttpAnswer second = upload(rows);
        Path bytes = stored(first.at("/sha256"));
        assertThat(second.at("/sha256")).isEqualTo(first.at("/sha256"));
        assertThat(bytes).exists();

        http.delete("/v1/files/" + first.at("/id"));
        assertThat(bytes).exists();
        assertThat(http.get("/v1/files/" + second.at("/id") + "/content").text()).isEqualTo(rows);

        http.delete("/v1/files/" + second.at("/id"));
        assertThat(bytes).doesNotExist();

        HttpAnswer again = upload(rows);
        assertThat(again.status()).isEqualTo(200);
        assertThat(bytes).exists();
    }

    @Test
    void aRefusedBatchLeavesNoBytesAndAnAcceptedOneKeepsThem() throws IOException {
        String dataset = openDataset();
        String gguf = "GGUF" + "\0".repeat(100);

        HttpAnswer refused = batch(dataset, gguf);
        HttpAnswer accepted = batch(dataset, row("kept"));
        HttpAnswer sealed = http.post("/v1/datasets/" + dataset + "/seal", "");
        HttpAnswer late = batch(dataset, row("late"));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(accepted.status()).as(accepted.text()).isEqualTo(200);
        assertThat(sealed.status()).as(sealed.text()).isEqualTo(200);
        assertThat(late.status()).isEqualTo(409);
        assertThat(stored(sha256(gguf))).doesNotExist();
        assertThat(stored(sha256(row("late")))).doesNotExist();
        assertThat(stored(sha256(row("kept")))).exists();
        try (Stream<Path> left = Files.list(uploads())) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void whatAKilledProcessLeftIsDeletedAnHourLaterAndWhatIsNeededStays() throws IOException {
        String needed = upload(row("needed")).at("/sha256");
        Path left = put("left behind");
        Path young = put("being uploaded");
        Path old = Files.writeString(Files.createDirectories(uploads()).resolve("old"), "x");
        Path fresh = Files.writeString(uploads().resolve("fresh"), "x");
        for (Path path : new Path[] {stored(needed), left, old}) {
            Files.setLastModifiedTime(path, LONG_AGO);
        }

        collector.sweep();

        assertThat(left).doesNotExist();
        assertThat(old).doesNotExist();
        assertThat(young).exists();
        assertThat(fresh).exists();
        assertThat(stored(needed)).exists();
        Files.delete(fresh);
    }

    @Test
    void bytesAreGivenOutAsNothingThatABrowserShows() {
        String file = upload(row("<script>alert(1)</script>")).at("/id");

        HttpAnswer content = http.get("/v1/files/" + file + "/content");

        assertThat(content.headers().firstValue("Content-Type"))
                .contains("application/octet-stream");
        assertThat(content.headers().firstValue("Content-Disposition")).contains("attachment");
        assertThat(content.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    }

    private Path put(String text) throws IOException {
        Path temporary = store.newTemporary();
        Files.writeString(temporary, text);
        String sha256 = store.put(temporary).sha256();
        Files.delete(temporary);
        return stored(sha256);
    }

    private String openDataset() {
        // Refused with 503 until the broker has answered for the first time.
        return await().atMost(Duration.ofSeconds(30))
                .until(() -> http.post("/v1/datasets", "{}"), answer -> answer.status() == 200)
                .at("/id");
    }

    private HttpAnswer batch(String dataset, String rows) {
        return http.send(
                http.request("/v1/datasets/" + dataset + "/rows")
                        .POST(BodyPublishers.ofString(rows)));
    }

    private HttpAnswer upload(String rows) {
        String form =
                """
                --b7d1f\r
                Content-Disposition: form-data; name="purpose"\r
                \r
                fine-tune\r
                --b7d1f\r
                Content-Disposition: form-data; name="file"; filename="rows.jsonl"\r
                Content-Type: text/html\r
                \r
                %s\r
                --b7d1f--\r
                """
                        .formatted(rows);
        return http.send(
                http.request("/v1/files")
                        .header("Content-Type", "multipart/form-data; boundary=b7d1f")
                        .POST(BodyPublishers.ofString(form)));
    }

    private static String row(String question) {
        return "{\"question\":\"%s?\",\"answer\":\"So.\"}".formatted(question);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path uploads() {
        return artifacts().resolve("uploads");
    }

    private static Path stored(String sha256) {
        return artifacts().resolve("ingest/sha256").resolve(sha256.substring(0, 2)).resolve(sha256);
    }

    private static Path artifacts() {
        return ConfigProvider.getConfig().getValue("loramill.artifacts.directory", Path.class);
    }
}
