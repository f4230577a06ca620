package dev.loramill.ingest.intake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.ChatMessage;
import dev.loramill.events.DatasetDeleted;
import dev.loramill.events.DatasetOpened;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.RowDigests;
import dev.loramill.events.RowReceived;
import dev.loramill.events.RowRejected;
import dev.loramill.events.Topics;
import dev.loramill.ingest.stack.IngestStack;
import dev.loramill.ingest.stack.RecipePeer;
import dev.loramill.ingest.stack.SharedIngestStack;
import dev.loramill.samples.RowKind;
import dev.loramill.samples.SampleGenerator;
import dev.loramill.samples.SampleRow;
import dev.loramill.stack.HttpAnswer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.groups.Tuple;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedIngestStack.class)
class DatasetsIT {
    private static final String ROW = "{\"question\":\"Why?\",\"answer\":\"So.\"}";

    private final IngestStack stack;

    DatasetsIT(IngestStack stack) {
        this.stack = stack;
    }

    @Test
    void sampleBecomesRowsAndRefusalsAndIsSealedAtItsEnd() {
        List<SampleRow> sample = SampleGenerator.generate(SampleGenerator.COMMITTED_SEED);
        String file = upload(SampleGenerator.fileContent(SampleGenerator.COMMITTED_SEED));

        HttpAnswer opened = open("{'file':'%s','recipe':'medical-forum'}".formatted(file));
        assertThat(opened.status()).as(opened.text()).isEqualTo(200);
        String dataset = opened.at("/id");
        JsonNode sealed = stack.awaitSealed(dataset);

        long malformed = sample.stream().filter(row -> row.kind() == RowKind.MALFORMED).count();
        assertThat(sealed.path("row_count").asLong()).isEqualTo(sample.size());
        assertThat(sealed.path("refused_count").asLong()).isEqualTo(malformed);
        assertThat(sealed.path("name").asText()).isEqualTo("rows.jsonl");
        assertThat(sealed.path("file").asText()).isEqualTo(file);
        assertThat(sealed.at("/recipe/digest").asText()).isEqualTo(RecipePeer.FORUM_DIGEST);
        assertThat(sealed.path("error").isNull()).isTrue();

        List<RowReceived> received = stack.rows(Topics.ROWS_RECEIVED, RowReceived.class, dataset);
        assertThat(received).hasSize((int) (sample.size() - malformed));
        assertThat(received)
                .allSatisfy(row -> {
                    assertThat(row.origin().source()).isEqualTo(file);
                    assertThat(row.digest()).isEqualTo(RowDigests.of(row.messages()));
                    assertThat(row.messages())
                            .extracting(ChatMessage::role)
                            .containsExactly("system", "user", "assistant");
                    int index = (int) row.origin().line() - 1;
                    assertThat(sample.get(index).line()).contains(row.messages().get(1).content());
                });

        List<RowRejected> rejected = stack.rows(Topics.ROWS_REJECTED, RowRejected.class, dataset);
        assertThat(rejected.stream().collect(groupingBy(RowRejected::rule, counting())))
                .isEqualTo(
                        Map.of(
                                "not-json", 2L,
                                "not-an-object", 1L,
                                "missing-field", 1L,
                                "wrong-type", 2L,
                                "empty-answer", 1L));
        assertThat(rejected)
                .allSatisfy(row -> {
                    assertThat(row.stage()).isEqualTo(RowRejected.Stage.INGEST);
                    assertThat(row.original())
                            .isEqualTo(sample.get((int) row.origin().line() - 1).line());
                });

        DatasetSealed seal =
                new DatasetSealed(
                        dataset,
                        "rows.jsonl",
                        received.getFirst().recipe(),
                        sample.size(),
                        malformed);
        Awaitility.await()
                .untilAsserted(() -> {
                    assertThat(stack.events(Topics.DATASETS, DatasetSealed.class)).contains(seal);
                    assertThat(stack.events(Topics.DATASETS_HISTORY, DatasetSealed.class))
                            .contains(seal);
                });
        assertThat(stack.events(Topics.DATASETS_HISTORY, DatasetOpened.class))
                .extracting(DatasetOpened::datasetId)
                .containsOnlyOnce(dataset);
    }

    @Test
    void openingAgainGivesTheSameDatasetAndOtherContentIsAConflict() {
        String file = upload(ROW + "\n");
        String request = "{'id':'twice','file':'%s'}".formatted(file);

        HttpAnswer first = open(request);
        stack.awaitSealed("twice");
        HttpAnswer second = open(request);
        String twin = upload(ROW + "\n");
        HttpAnswer sameBytes = open("{'id':'twice','file':'%s'}".formatted(twin));
        HttpAnswer otherBytes =
                open("{'id':'twice','file':'%s'}".formatted(upload(ROW + "\n" + ROW)));
        HttpAnswer otherRecipe =
                open("{'id':'twice','file':'%s','recipe':'medical-forum'}".formatted(file));

        assertThat(first.status()).isEqualTo(200);
        assertThat(first.at("/recipe/name")).isEqualTo("none");
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.at("/state")).isEqualTo("sealed");
        assertThat(sameBytes.status()).isEqualTo(200);
        assertThat(sameBytes.at("/file")).isEqualTo(file);
        for (HttpAnswer conflict : List.of(otherBytes, otherRecipe)) {
            assertThat(conflict.status()).as(conflict.text()).isEqualTo(409);
            assertThat(conflict.at("/error/code")).isEqualTo("dataset_exists");
            assertThat(conflict.headers().firstValue("x-should-retry")).contains("false");
        }
        assertThat(stack.rows(Topics.ROWS_RECEIVED, RowReceived.class, "twice")).hasSize(1);
    }

    @Test
    void wrongRequestsAreRefusedWithWhatIsAllowed() {
        assertRefused("{'recipe':'mystery'}", "recipe", "known are [none, medical-forum]");
        assertRefused("{'file':'file-none'}", "file", "there is no file \"file-none\"");
        assertRefused("{'id':'No Spaces'}", "id", "id must be 1 to 64 of a-z, 0-9");
        assertRefused("{'name':' '}", "name", "name must have 1 to 200 characters");
        assertRefused("{'id'", "null", "not the JSON that is expected");
        assertRefused("{'recipie':'none'}", "recipie", "there is no field \"recipie\"; known are");
        assertRefused("{'id':'a','id':'b'}", "null", "Duplicate field 'id'");
        assertRefused("{} {}", "null", "more follows behind it");
        assertRefused("{'recipe':'a\\u0000'}", "recipe", "no U+0000");
        assertRefused("{'recipe':'\\ud800'}", "recipe", "half of a surrogate pair");
        assertRefused("{'file':'\\u0000'}", "file", "no U+0000");
        assertRefused("{'name':'\\u0000'}", "name", "no U+0000");
        for (String path :
                List.of(
                        "/v1/files/a%00b",
                        "/v1/files/a%00b/content",
                        "/v1/files?after=%00",
                        "/v1/files?purpose=%00",
                        "/v1/datasets/%00",
                        "/v1/datasets?after=%00")) {
            assertThat(stack.get(path).status()).as(path).isEqualTo(400);
        }
        assertThat(stack.post("/v1/datasets/%00/seal", "").status()).isEqualTo(400);
        assertThat(stack.postRows("%00", ROW.getBytes(UTF_8)).status()).isEqualTo(400);
        assertThat(stack.delete("/v1/files/%00").status()).isEqualTo(400);
        HttpAnswer columns = stack.upload("a.jsonl", "{\"\\ud800\\u0000\":1}".getBytes(UTF_8));
        assertThat(columns.status()).as(columns.text()).isEqualTo(400);
        assertThat(stack.get("/v1/datasets/none-there").status()).isEqualTo(404);
        assertThat(stack.post("/v1/datasets/none-there/seal", "").status()).isEqualTo(404);
        assertThat(stack.postRows("none-there", ROW.getBytes(UTF_8)).status()).isEqualTo(404);
    }

    @Test
    void absentCleanServiceMeansTryAgainLater() throws IOException {
        stack.stopRecipes();
        try {
            HttpAnswer answer = open("{}");
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            assertThat(answer.at("/error/message")).contains("clean-service at http://127.0.0.1:");
        } finally {
            stack.startRecipes();
        }
    }

    @Test
    void batchesAreCountedOnceHoweverOftenTheyAreSent() {
        String dataset = open("{'name':'by hand'}").at("/id");
        byte[] batch =
                (ROW
                                + "\n\n{\"question\":\"a\"}\n"
                                + "{\"messages\":[{\"role\":\"assistant\",\"content\":\"x\"}]}\n"
                                + "oops")
                        .getBytes(UTF_8);

        HttpAnswer first = stack.postRows(dataset, batch, "Idempotency-Key", "batch-1");
        HttpAnswer again = stack.postRows(dataset, batch, "Idempotency-Key", "batch-1");
        HttpAnswer byDigest = stack.postRows(dataset, ROW.getBytes(UTF_8));
        HttpAnswer byDigestAgain = stack.postRows(dataset, ROW.getBytes(UTF_8));
        HttpAnswer otherRows =
                stack.postRows(dataset, ROW.getBytes(UTF_8), "Idempotency-Key", "batch-1");

        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertThat(first.json().path("received").asLong()).isEqualTo(4);
        assertThat(first.json().path("accepted").asLong()).isEqualTo(2);
        assertThat(first.json().path("refused")).hasSize(2);
        assertThat(first.at("/refused/0/line")).isEqualTo("3");
        assertThat(first.at("/refused/0/rule")).isEqualTo("missing-field");
        assertThat(first.at("/refused/1/rule")).isEqualTo("not-json");
        assertThat(first.json().path("repeated").asBoolean()).isFalse();
        assertThat(again.json().path("repeated").asBoolean()).isTrue();
        assertThat(again.json().path("refused")).isEqualTo(first.json().path("refused"));
        assertThat(byDigest.json().path("accepted").asLong()).isEqualTo(1);
        assertThat(byDigestAgain.json().path("repeated").asBoolean()).isTrue();
        assertThat(otherRows.status()).isEqualTo(409);
        assertThat(otherRows.at("/error/code")).isEqualTo("idempotency_key_reused");

        HttpAnswer sealed = stack.post("/v1/datasets/" + dataset + "/seal", "");
        assertThat(sealed.at("/state")).isEqualTo("sealed");
        assertThat(sealed.json().path("row_count").asLong()).isEqualTo(5);
        assertThat(sealed.json().path("refused_count").asLong()).isEqualTo(2);
        assertThat(stack.post("/v1/datasets/" + dataset + "/seal", "").json())
                .isEqualTo(sealed.json());
        assertThat(stack.rows(Topics.ROWS_RECEIVED, RowReceived.class, dataset))
                .extracting(row -> row.origin().rowId())
                .hasSize(3)
                .contains("batch/batch-1:1", "batch/batch-1:4");
        assertThat(stack.rows(Topics.ROWS_REJECTED, RowRejected.class, dataset))
                .extracting(RowRejected::original)
                .containsExactlyInAnyOrder("{\"question\":\"a\"}", "oops");

        HttpAnswer late = stack.postRows(dataset, "{}".getBytes(UTF_8));
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.at("/error/code")).isEqualTo("dataset_sealed");
    }

    @Test
    void theSameDatasetUnderTheSameKeyIsOpenedOnce() {
        HttpAnswer first = openUnder("open-1", "{}");
        HttpAnswer again = openUnder("open-1", "{}");
        HttpAnswer other = openUnder("open-1", "{\"recipe\":\"medical-forum\"}");

        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(other.status()).isEqualTo(409);
        assertThat(openUnder("open-2", "{}").at("/id")).isNotEqualTo(first.at("/id"));
    }

    private HttpAnswer openUnder(String key, String body) {
        return stack.http()
                .send(
                        stack.http()
                                .request("/v1/datasets")
                                .header("Content-Type", "application/json")
                                .header("Idempotency-Key", key)
                                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    @Test
    void batchThatCannotBeTakenLeavesTheDatasetAsItWas() {
        String dataset = open("{}").at("/id");

        HttpAnswer latin = stack.postRows(dataset, (ROW + "\n\u00e9").getBytes(ISO_8859_1));
        HttpAnswer blank = stack.postRows(dataset, "\n\n".getBytes(UTF_8));
        HttpAnswer large =
                stack.postRows(
                        dataset,
                        (ROW + "\n").repeat(IngestStack.MAX_BATCH_BYTES / 30).getBytes(UTF_8));
        HttpAnswer key = stack.postRows(dataset, ROW.getBytes(UTF_8), "Idempotency-Key", "a b");
        HttpAnswer empty = stack.post("/v1/datasets/" + dataset + "/seal", "");

        assertThat(latin.status()).isEqualTo(400);
        assertThat(latin.at("/error/message")).contains("line 2 is not UTF-8");
        assertThat(blank.status()).isEqualTo(400);
        assertThat(large.status()).isEqualTo(413);
        assertThat(large.at("/error/message")).contains("a batch may have 1,048,576 bytes");
        assertThat(key.status()).isEqualTo(400);
        assertThat(empty.status()).isEqualTo(400);
        assertThat(empty.at("/error/code")).isEqualTo("empty_dataset");
        assertThat(stack.get("/v1/datasets/" + dataset).json().path("row_count").asLong()).isZero();
    }

    @Test
    void fewBytesThatUnpackToManyRowsAreRefusedAsAWhole() throws IOException {
        String dataset = open("{}").at("/id");

        HttpAnswer wrong = stack.postRows(dataset, gzip("x\n".repeat(501)));
        HttpAnswer wrongFile =
                stack.upload("wrong.jsonl", gzip(ROW + "\n" + "{\"question\":1}\n".repeat(501)));
        HttpAnswer many =
                stack.upload("many.jsonl", gzip((ROW + "\n").repeat(IngestStack.MAX_ROWS + 1)));
        HttpAnswer manyInABatch =
                stack.postRows(dataset, gzip((ROW + "\n").repeat(IngestStack.MAX_ROWS + 1)));
        HttpAnswer fine = stack.postRows(dataset, gzip("x\n".repeat(500)));

        for (HttpAnswer answer : List.of(wrong, wrongFile)) {
            assertThat(answer.status()).as(answer.text()).isEqualTo(400);
            assertThat(answer.at("/error/code")).isEqualTo("too_many_refused_rows");
            assertThat(answer.at("/error/message"))
                    .contains("more than the allowed 500 rows are wrong", "nothing was kept");
        }
        assertThat(wrongFile.at("/error/message")).contains("the last at line 502 (wrong-type:");
        for (HttpAnswer answer : List.of(many, manyInABatch)) {
            assertThat(answer.status()).as(answer.text()).isEqualTo(400);
            assertThat(answer.at("/error/code")).isEqualTo("too_many_rows");
            assertThat(answer.at("/error/message")).contains("250,000 rows; nothing was kept");
        }
        assertThat(fine.status()).as(fine.text()).isEqualTo(200);
        assertThat(fine.json().path("refused_count").asLong()).isEqualTo(500);
        assertThat(stack.get("/v1/datasets/" + dataset).at("/row_count")).isEqualTo("500");
    }

    @Test
    void datasetOfAFileTakesNoBatches() {
        String dataset = open("{'file':'%s'}".formatted(upload(ROW + "\n"))).at("/id");

        HttpAnswer answer = stack.postRows(dataset, ROW.getBytes(UTF_8));

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.at("/error/code")).isEqualTo("dataset_has_file");
        stack.awaitSealed(dataset);
    }

    @Test
    void rowBeyondTheLimitIsRefusedAndItsNeighboursAreTaken() {
        String huge = "{\"question\":\"%s\",\"answer\":\"b\"}".formatted("a".repeat(600 << 10));
        String dataset =
                open("{'file':'%s'}".formatted(upload(ROW + "\n" + huge + "\n" + ROW))).at("/id");

        JsonNode sealed = stack.awaitSealed(dataset);

        assertThat(sealed.path("row_count").asLong()).isEqualTo(3);
        assertThat(stack.rows(Topics.ROWS_REJECTED, RowRejected.class, dataset))
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.rule()).isEqualTo("row-too-long");
                    assertThat(row.origin().line()).isEqualTo(2);
                    assertThat(huge).startsWith(row.original());
                });
    }

    @Test
    void aDeletedDatasetIsGoneWithItsBytesAndIsToldToOthersAndNeverOpenedAgain() {
        HttpAnswer file = stack.upload("rows.jsonl", (ROW + "\n").getBytes(UTF_8));
        String request = "{'id':'erased','name':'A patient','file':'%s'}".formatted(file.at("/id"));
        open(request);
        stack.awaitSealed("erased");
        String batches = open("{}").at("/id");
        byte[] batch = "{\"question\":\"Erase?\",\"answer\":\"So.\"}".getBytes(UTF_8);
        stack.postRows(batches, batch);
        assertThat(bytesWith("Erase?")).isTrue();

        HttpAnswer deleted = stack.delete("/v1/datasets/erased");
        HttpAnswer deletedBatches = stack.delete("/v1/datasets/" + batches);

        assertThat(deleted.status()).as(deleted.text()).isEqualTo(200);
        assertThat(deleted.at("/deleted")).isEqualTo("true");
        assertThat(deleted.at("/message")).contains("gone now", "Kafka keeps the rows");
        assertThat(deleted.json().path("rows_on_kafka_until").asLong())
                .isGreaterThan(Instant.now().plus(Duration.ofDays(29)).getEpochSecond());
        assertThat(deletedBatches.status()).isEqualTo(200);
        assertThat(bytesWith("Erase?")).isFalse();
        assertThat(stack.get("/v1/files/" + file.at("/id")).status()).isEqualTo(200);
        assertThat(stack.get("/v1/datasets/erased").status()).isEqualTo(404);
        assertThat(stack.delete("/v1/datasets/erased").status()).isEqualTo(404);
        assertThat(stack.postRows(batches, batch).status()).isEqualTo(404);
        HttpAnswer again = open(request);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.at("/error/code")).isEqualTo("dataset_deleted");
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(stack.events(Topics.DATASETS_HISTORY, DatasetDeleted.class))
                                .extracting(DatasetDeleted::datasetId, DatasetDeleted::name)
                                .contains(
                                        Tuple.tuple("erased", "erased"),
                                        Tuple.tuple(batches, batches)));
    }

    private boolean bytesWith(String text) {
        try (Stream<Path> files = Files.walk(stack.artifacts())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file, ISO_8859_1).contains(text)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void listHasTheNewestFirst() {
        String older = open("{}").at("/id");
        String newer = open("{}").at("/id");

        HttpAnswer list = stack.get("/v1/datasets?limit=2");
        assertThat(list.at("/data/0/id")).isEqualTo(newer);
        assertThat(list.at("/data/1/id")).isEqualTo(older);
        assertThat(stack.get("/v1/datasets?limit=1&after=" + newer).at("/data/0/id"))
                .isEqualTo(older);
    }

    private void assertRefused(String request, String param, String message) {
        HttpAnswer answer = open(request);
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.at("/error/param")).isEqualTo(param);
        assertThat(answer.at("/error/message")).contains(message);
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(text.getBytes(UTF_8));
        }
        return packed.toByteArray();
    }

    private String upload(String content) {
        HttpAnswer answer = stack.upload("rows.jsonl", content.getBytes(UTF_8));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.at("/id");
    }

    private HttpAnswer open(String request) {
        return stack.post("/v1/datasets", request.replace('\'', '"'));
    }
}
