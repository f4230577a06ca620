package dev.loramill.ingest.stack;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.stack.HttpAnswer;
import dev.loramill.stack.ServiceStack;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;

/** The packaged service, and a peer that answers for clean-service. */
public final class IngestStack extends ServiceStack {
    /** Most bytes of a batch in these tests. */
    public static final int MAX_BATCH_BYTES = 1 << 20;

    /** Most rows of a source in these tests. */
    public static final int MAX_ROWS = 250_000;

    /** Most wrong rows of a source. */
    public static final int MAX_REFUSED_ROWS = 500;

    private final int recipePort;
    private RecipePeer recipes;

    private IngestStack() throws IOException {
        super("ingest");
        this.recipes = RecipePeer.start(0);
        this.recipePort = recipes.port();
    }

    static IngestStack start() throws IOException {
        IngestStack stack = prepare();
        stack.launch();
        return stack;
    }

    /** Everything but the service, whose database is empty. */
    public static IngestStack prepare() throws IOException {
        return new IngestStack();
    }

    /** Starts the service for the first time and waits until it is ready. */
    public void launch() throws IOException {
        launch(
                List.of(),
                Map.of(
                        "LORAMILL_CLEAN_URL",
                        "http://127.0.0.1:" + recipePort,
                        "LORAMILL_INGEST_MAX_BATCH_BYTES",
                        Integer.toString(MAX_BATCH_BYTES),
                        "LORAMILL_INGEST_MAX_ROWS",
                        Integer.toString(MAX_ROWS),
                        "LORAMILL_INGEST_MAX_REFUSED_ROWS",
                        Integer.toString(MAX_REFUSED_ROWS)));
    }

    /** Takes clean-service away. */
    public void stopRecipes() {
        recipes.close();
    }

    /** Brings clean-service back. */
    public void startRecipes() throws IOException {
        recipes = RecipePeer.start(recipePort);
    }

    /** POST of rows, with header names and values. */
    public HttpAnswer postRows(String dataset, byte[] body, String... headers) {
        HttpRequest.Builder request =
                http().request("/v1/datasets/" + dataset + "/rows")
                        .header("Content-Type", "application/x-ndjson")
                        .POST(BodyPublishers.ofByteArray(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return http().send(request);
    }

    /** Uploads a file for fine-tuning. */
    public HttpAnswer upload(String filename, byte[] content) {
        return upload(filename, BodyPublishers.ofByteArray(content), "fine-tune");
    }

    /** Uploads a file in a form. */
    public HttpAnswer upload(
            String filename, BodyPublisher content, String purpose, String... headers) {
        String boundary = "loramill-boundary-7d1f";
        String head =
                """
                --%1$s\r
                Content-Disposition: form-data; name="purpose"\r
                \r
                %2$s\r
                --%1$s\r
                Content-Disposition: form-data; name="file"; filename="%3$s"\r
                Content-Type: application/octet-stream\r
                \r
                """
                        .formatted(boundary, purpose, filename);
        HttpRequest.Builder request =
                http().request("/v1/files")
                        .header("Content-Type", "multipart/form-data; boundary=" + boundary);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http().send(
                        request.POST(
                                BodyPublishers.concat(
                                        BodyPublishers.ofString(head),
                                        content,
                                        BodyPublishers.ofString("\r\n--" + boundary + "--\r\n"))));
    }

    /** Waits until a dataset is sealed; returns it. */
    public JsonNode awaitSealed(String dataset) {
        return await().atMost(PATIENCE)
                .until(
                        () -> get("/v1/datasets/" + dataset).json(),
                        body -> body.path("state").asText().equals("sealed"));
    }

    @Override
    public void close() throws IOException {
        recipes.close();
        super.close();
    }
}
