package dev.loramill.ingest.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.HttpResponse;
import com.openai.errors.BadRequestException;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileDeleted;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import dev.loramill.ingest.stack.IngestStack;
import dev.loramill.ingest.stack.SharedIngestStack;
import dev.loramill.samples.SampleGenerator;
import dev.loramill.stack.HttpAnswer;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedIngestStack.class)
class FilesIT {
    private static final String ROW = "{\"question\":\"Why?\",\"answer\":\"So.\"}\n";

    private final IngestStack stack;

    FilesIT(IngestStack stack) {
        this.stack = stack;
    }

    @Test
    void fileIsGivenBackByteForByteWithItsFormatAndDigest() {
        String content = SampleGenerator.fileContent(SampleGenerator.COMMITTED_SEED);

        HttpAnswer answer = stack.upload("medical-forum.jsonl", content.getBytes(UTF_8));

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.at("/object")).isEqualTo("file");
        assertThat(answer.at("/status")).isEqualTo("processed");
        assertThat(answer.at("/filename")).isEqualTo("medical-forum.jsonl");
        assertThat(answer.at("/bytes")).isEqualTo(Integer.toString(content.length()));
        assertThat(answer.at("/format/name")).isEqualTo("alpaca");
        assertThat(answer.at("/format/reason"))
                .matches("\"instruction\" and \"output\" in \\d+ of the first 100 rows");
        assertThat(stack.artifacts().resolve(artifactPath(answer.at("/sha256")))).exists();
        String path = "/v1/files/" + answer.at("/id");
        assertThat(stack.get(path).json()).isEqualTo(answer.json());
        assertThat(stack.get(path + "/content").text().equals(content)).isTrue();
    }

    @Test
    void theSameFileUnderTheSameKeyIsTakenInOnce() {
        HttpAnswer first = upload(ROW, "upload-1");
        HttpAnswer again = upload(ROW, "upload-1");
        HttpAnswer other = upload(ROW + ROW, "upload-1");
        HttpAnswer another = upload(ROW, "upload-2");
        HttpAnswer noKey = upload(ROW, "upload 1");

        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.at("/error/code")).isEqualTo("idempotency_key_reused");
        assertThat(another.at("/id")).isNotEqualTo(first.at("/id"));
        assertThat(noKey.status()).isEqualTo(400);
        assertThat(noKey.at("/error/param")).isEqualTo("Idempotency-Key");
    }

    private HttpAnswer upload(String content, String key) {
        return stack.upload(
                "rows.jsonl",
                BodyPublishers.ofString(content),
                "fine-tune",
                "Idempotency-Key",
                key);
    }

    @Test
    void officialClientUploadsListsReadsAndDeletes() throws IOException {
        Path path = stack.scratch().resolve("rows.jsonl.gz");
        Files.write(path, gzip(ROW));
        OpenAIClient client =
                OpenAIOkHttpClient.builder().baseUrl(stack.url() + "/v1").apiKey("any").build();

        FileObject file =
                client.files()
                        .create(
                                FileCreateParams.builder()
                                        .file(path)
                                        .purpose(FilePurpose.FINE_TUNE)
                                        .build());

        assertThat(file.filename()).isEqualTo("rows.jsonl.gz");
        assertThat(file.bytes()).isEqualTo(Files.size(path));
        assertThat(file.status()).isEqualTo(FileObject.Status.PROCESSED);
        assertThat(client.files().retrieve(file.id())).isEqualTo(file);
        assertThat(client.files().list().autoPager().stream().map(FileObject::id))
                .contains(file.id())
                .doesNotHaveDuplicates();
        try (HttpResponse content = client.files().content(file.id())) {
            assertThat(content.body().readAllBytes()).isEqualTo(Files.readAllBytes(path));
        }
        FileDeleted deleted = client.files().delete(file.id());
        assertThat(deleted.deleted()).isTrue();
        assertThatThrownBy(() -> client.files().retrieve(file.id()))
                .hasMessageContaining("there is no file \"" + file.id() + "\"");
        assertThatThrownBy(() ->
                        client.files()
                                .create(
                                        FileCreateParams.builder()
                                                .file("name,age\n".getBytes(UTF_8))
                                                .purpose(FilePurpose.FINE_TUNE)
                                                .build()))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("JSONL");
        client.close();
    }

    @Test
    void fileThatCannotBeReadIsRefusedAndNothingIsLeftBehind() throws IOException {
        byte[] packed = gzip(ROW.repeat(50));
        Set<String> before = everythingStored();

        assertRefused(new byte[0], "empty_file", "holds no rows");
        assertRefused(bytes("\n \r\n"), "empty_file", "holds no rows");
        assertRefused(gzip(""), "empty_file", "holds no rows");
        assertRefused(
                bytes(ROW + ROW + "caf\u00e9\n", "ISO-8859-1"), "not_utf8", "line 3 is not UTF-8");
        assertRefused(bytes("name,age\nx,1\n"), "invalid_file_format", "line 1 is not a JSON");
        assertRefused(bytes("[{\"question\":1}]"), "invalid_file_format", "no line is one: line 1");
        assertRefused(new byte[] {'P', 'K', 3, 4, 0}, "invalid_file_format", "a zip archive");
        assertRefused(new byte[1000], "invalid_file_format", "JSONL");
        assertRefused(
                bytes("{\"prompt\":\"a\",\"completion\":\"b\"}"),
                "invalid_file_format",
                "no known format has the columns [\"prompt\", \"completion\"]; allowed are");
        assertRefused(Arrays.copyOf(packed, packed.length - 9), "truncated_gzip", "ends too early");
        packed[packed.length - 7] ^= 1;
        assertRefused(packed, "corrupt_gzip", "damaged");

        // The upload itself is deleted a moment after the answer.
        await().untilAsserted(() -> assertThat(everythingStored()).isEqualTo(before));
    }

    @Test
    void formIsChecked() {
        HttpAnswer purpose = stack.upload("a.jsonl", BodyPublishers.ofString(ROW), "batch");
        assertThat(purpose.status()).isEqualTo(400);
        assertThat(purpose.at("/error/param")).isEqualTo("purpose");
        assertThat(purpose.at("/error/message"))
                .isEqualTo("purpose must be \"fine-tune\", got \"batch\"");

        HttpAnswer form = stack.post("/v1/files", "{}");
        assertThat(form.status()).isEqualTo(415);
        assertThat(form.at("/error/type")).isEqualTo("invalid_request_error");
    }

    @Test
    void pagesFollowOneAnotherAndTheOneAfterTheLastIsEmpty() {
        List<String> ids =
                Stream.of("a", "b", "c")
                        .map(name -> stack.upload(name + ".jsonl", ROW.getBytes(UTF_8)).at("/id"))
                        .toList();

        HttpAnswer first = stack.get("/v1/files?limit=2");
        HttpAnswer second = stack.get("/v1/files?limit=1&after=" + ids.get(1));
        String oldest = stack.get("/v1/files?order=asc&limit=1").at("/data/0/id");

        assertThat(first.at("/data/0/id")).isEqualTo(ids.get(2));
        assertThat(first.at("/data/1/id")).isEqualTo(ids.get(1));
        assertThat(first.at("/last_id")).isEqualTo(ids.get(1));
        assertThat(first.json().path("has_more").asBoolean()).isTrue();
        assertThat(second.at("/data/0/id")).isEqualTo(ids.get(0));
        HttpAnswer last = stack.get("/v1/files?after=" + oldest);
        assertThat(last.status()).isEqualTo(200);
        assertThat(last.json().path("data")).isEmpty();
        assertThat(last.json().path("has_more").asBoolean()).isFalse();
        assertThat(stack.get("/v1/files?limit=0").at("/error/message"))
                .contains("limit must be a whole number in [1, 10000], got \"0\"");
    }

    @Test
    void everyErrorHasTheBodyThatClientsExpect() {
        for (HttpAnswer answer :
                List.of(
                        stack.get("/v1/files/file-none"),
                        stack.get("/v1/files/file-none/content"),
                        stack.delete("/v1/files/file-none"),
                        stack.get("/v1/nothing-here"),
                        stack.delete("/v1/files"))) {
            assertThat(answer.status()).as(answer.text()).isIn(404, 405);
            assertThat(answer.at("/error/message")).isNotBlank();
            assertThat(answer.at("/error/type")).isEqualTo("invalid_request_error");
            assertThat(answer.json().path("error").has("param")).isTrue();
        }
    }

    @Test
    void uploadBeyondTheLimitIsRefusedBeforeItIsSent() throws IOException {
        URI url = URI.create(stack.url());
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(
                            """
                            POST /v1/files HTTP/1.1\r
                            Host: localhost\r
                            Content-Type: multipart/form-data; boundary=x\r
                            Content-Length: 700000000\r
                            Connection: close\r
                            \r
                            """
                                    .getBytes(UTF_8));
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);

            assertThat(answer)
                    .startsWith("HTTP/1.1 413")
                    .contains("x-request-id: req_", "invalid_request_error", "body_too_large");
        }
    }

    @Test
    void fileLargerThanTheHeapIsStreamed() throws IOException {
        Path large = stack.scratch().resolve("large.jsonl");
        String row =
                "{\"question\":\"Why?\",\"answer\":\"%s\"}\n".formatted("So it is. ".repeat(100));
        long rows = (200L << 20) / row.length();
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(large))) {
            byte[] bytes = row.getBytes(UTF_8);
            for (long i = 0; i < rows; i++) {
                out.write(bytes);
            }
        }

        HttpAnswer answer = stack.upload("large.jsonl", BodyPublishers.ofFile(large), "fine-tune");

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().path("bytes").asLong()).isEqualTo(Files.size(large));
        Files.delete(large);
    }

    private void assertRefused(byte[] content, String code, String message) {
        HttpAnswer answer = stack.upload("bad.jsonl", content);
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.at("/error/code")).as(answer.text()).isEqualTo(code);
        assertThat(answer.at("/error/param")).isEqualTo("file");
        assertThat(answer.at("/error/message")).contains(message);
    }

    private Set<String> everythingStored() throws IOException {
        Set<String> stored;
        try (Stream<Path> paths = Files.walk(stack.artifacts())) {
            stored =
                    paths.filter(Files::isRegularFile)
                            .map(Path::toString)
                            .collect(Collectors.toSet());
        }
        stack.get("/v1/files").json().path("data").forEach(file -> stored.add(file.toString()));
        return stored;
    }

    private static Path artifactPath(String sha256) {
        return Path.of("ingest", "sha256", sha256.substring(0, 2), sha256);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static byte[] bytes(String text, String charset) throws IOException {
        return text.getBytes(charset);
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(text.getBytes(UTF_8));
        }
        return packed.toByteArray();
    }
}
