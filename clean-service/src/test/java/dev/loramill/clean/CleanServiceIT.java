package dev.loramill.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loramill.clean.recipe.CanonicalJson;
import dev.loramill.clean.stack.CleanStack;
import dev.loramill.clean.stack.Rows;
import dev.loramill.clean.stack.SharedCleanStack;
import dev.loramill.events.DatasetCleaned;
import dev.loramill.events.DatasetFrozen;
import dev.loramill.events.DatasetOpened;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.FreezeRefused;
import dev.loramill.events.FreezeRequest;
import dev.loramill.events.FreezeRequest.OverLength;
import dev.loramill.events.FreezeRequested;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.RowCleaned;
import dev.loramill.events.RowCounts;
import dev.loramill.events.RowEvent;
import dev.loramill.events.RowReceived;
import dev.loramill.events.RowRejected;
import dev.loramill.events.Topics;
import dev.loramill.messaging.Trace;
import dev.loramill.stack.HttpAnswer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedCleanStack.class)
class CleanServiceIT {
    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final CleanStack stack;

    CleanServiceIT(CleanStack stack) {
        this.stack = stack;
    }

    @Test
    void theSampleComesOutWithTheCountsThatItsMakerKnows() {
        send("ds-sample", Rows.MEDICAL, Rows.sample("ds-sample"));

        JsonNode ledger = stack.awaitCleaned("ds-sample");

        assertThat(ledger.path("received").asInt()).isEqualTo(717);
        assertThat(ledger.path("kept").asInt()).isEqualTo(648);
        assertThat(ledger.path("duplicate").asInt()).isEqualTo(28);
        assertThat(ledger.path("rejected").asInt()).isEqualTo(14 + 6 + 14 + 7);
        assertThat(ledger.path("balanced").asBoolean()).isTrue();
        assertThat(ledger.path("pending").asInt()).isZero();
        assertThat(ledger.path("changed_by").size()).isGreaterThan(4);
        assertThat(count(ledger, "row-words", "clean")).isEqualTo(6);
        assertThat(count(ledger, "exact-duplicate", "duplicate")).isEqualTo(28);
        assertThat(count(ledger, "not-json", "ingest")).isEqualTo(7);
        assertThat(stack.get("/v1/ledgers?limit=1000").text()).contains("\"ds-sample\"");
        for (String topic : List.of(Topics.DATASETS, Topics.DATASETS_HISTORY)) {
            await().untilAsserted(() ->
                    assertThat(
                                    stack.events(topic, DatasetCleaned.class).stream()
                                            .filter(event -> event.datasetId().equals("ds-sample")))
                            .containsExactly(
                                    new DatasetCleaned(
                                            "ds-sample",
                                            "a dataset",
                                            Rows.MEDICAL,
                                            new RowCounts(717, 648, 41, 28))));
        }
    }

    @Test
    void showsRowsBeforeAndAfterWithTheRuleThatDecided() {
        RowReceived changed =
                Rows.received(
                        "ds-rows",
                        1,
                        Rows.MEDICAL,
                        "Hello Chat Doctor, what helps?",
                        "Hi,Thanks for writing in. " + "word ".repeat(30).strip() + ". Take care.");
        RowReceived same =
                Rows.received("ds-rows", 2, Rows.MEDICAL, "What else?", "Word ".repeat(31).strip());
        RowReceived refused = Rows.received("ds-rows", 3, Rows.MEDICAL, "And?", "Hello. Rest.");
        RowReceived twin =
                Rows.received(
                        "ds-rows",
                        4,
                        Rows.MEDICAL,
                        "What else?",
                        "Hello " + "Word ".repeat(31).strip());
        send("ds-rows", Rows.MEDICAL, List.of(changed, same, refused, twin));
        stack.awaitCleaned("ds-rows");

        HttpAnswer answer = stack.get("/v1/ledgers/ds-rows/rows?outcome=changed");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        JsonNode rows = answer.json().path("data");
        assertThat(rows.size()).isEqualTo(1 + (twinWasKept() ? 1 : 0));
        JsonNode row = rows.get(0);
        assertThat(row.path("row_id").asText()).isEqualTo("file-1:1");
        assertThat(row.path("before").get(1).path("content").asText())
                .isEqualTo(changed.messages().get(1).content());
        assertThat(row.path("after").get(0).path("content").asText()).isEqualTo("What helps?");
        assertThat(row.path("after").get(1).path("content").asText())
                .isEqualTo("Word " + "word ".repeat(29).strip() + ".");
        assertThat(row.path("rules_applied").toString())
                .isEqualTo("[\"platform-greeting\",\"greeting\",\"thanks-sentence\",\"sign-off\"]");

        JsonNode rejected =
                stack.get("/v1/ledgers/ds-rows/rows?outcome=rejected&rule=answer-words")
                        .json()
                        .path("data")
                        .get(0);
        assertThat(rejected.path("reason").asText())
                .isEqualTo("assistant has 1 words, at least 30 are wanted");
        assertThat(rejected.path("before").get(1).path("content").asText())
                .isEqualTo("Hello. Rest.");
        assertThat(rejected.path("origin").path("line").asInt()).isEqualTo(3);
        JsonNode duplicates =
                stack.get("/v1/ledgers/ds-rows/rows?outcome=duplicate").json().path("data");
        assertThat(duplicates.size()).isEqualTo(1);
        assertThat(duplicates.get(0).path("reason").asText()).contains("file-1:");
    }

    private boolean twinWasKept() {
        return stack.get("/v1/ledgers/ds-rows/rows?outcome=kept").text().contains("file-1:4");
    }

    @Test
    void deliveringRowsAgainChangesNothing() {
        List<RowReceived> rows = Rows.random("ds-again", 400, 1);
        send("ds-again", Rows.MEDICAL, rows);
        JsonNode before = stack.awaitCleaned("ds-again");
        int outcomes = outcomes("ds-again");

        stack.publish(Topics.ROWS_RECEIVED, rows);
        await().until(() -> outcomes("ds-again") == 2 * outcomes);
        send("ds-marker", Rows.NONE, List.of(Rows.received("ds-marker", 1, Rows.NONE, "a", "b")));
        stack.awaitCleaned("ds-marker");

        assertThat(stack.get("/v1/ledgers/ds-again").json()).isEqualTo(before);
        assertThat(
                        stack.events(Topics.DATASETS_HISTORY, DatasetCleaned.class).stream()
                                .filter(event -> event.datasetId().equals("ds-again")))
                .hasSize(1);
    }

    @Test
    void theSameRowsInAnotherDatasetAndOrderFreezeToTheSameVersion() {
        List<RowEvent> rows = new ArrayList<>(Rows.sample("ds-order-1"));
        send("ds-order-1", Rows.MEDICAL, rows);
        List<RowEvent> shuffled = new ArrayList<>(Rows.sample("ds-order-2"));
        Collections.shuffle(shuffled, new Random(3));
        send("ds-order-2", Rows.MEDICAL, shuffled);
        stack.awaitCleaned("ds-order-1");
        stack.awaitCleaned("ds-order-2");

        JsonNode one = freeze("ds-order-1", ",\"sample\":300,\"seed\":7").json();
        JsonNode two = freeze("ds-order-2", ",\"sample\":300,\"seed\":7").json();
        JsonNode other = freeze("ds-order-1", ",\"sample\":300,\"seed\":8").json();

        assertThat(one.at("/manifest/rows/sampled").asInt()).isEqualTo(300);
        assertThat(two.path("version")).isEqualTo(one.path("version"));
        assertThat(two.path("manifest")).isEqualTo(one.path("manifest"));
        assertThat(two.path("dataset").asText()).isEqualTo("ds-order-2");
        assertThat(other.path("version")).isNotEqualTo(one.path("version"));
        String version = one.path("version").asText();
        await().untilAsserted(() ->
                assertThat(
                                stack.events(Topics.DATASETS_HISTORY, DatasetFrozen.class).stream()
                                        .filter(event -> event.version().equals(version))
                                        .map(DatasetFrozen::datasetId))
                        .containsExactlyInAnyOrder("ds-order-1", "ds-order-2"));
    }

    @Test
    void aRequestByAnEventWaitsForTheCleaningAndIsAnsweredEachTimeItIsAsked() {
        FreezeRequested asked = FreezeRequested.of("ds-asked", request(512), "job-1");
        stack.publish(asked);
        send("ds-asked", Rows.MEDICAL, Rows.sample("ds-asked"));

        await().untilAsserted(() -> assertThat(frozen(asked)).hasSize(1));
        stack.publish(asked);
        await().untilAsserted(() -> assertThat(frozen(asked)).hasSize(2));

        assertThat(frozen(asked))
                .allSatisfy(answer -> {
                    assertThat(answer.datasetId()).isEqualTo("ds-asked");
                    assertThat(answer.name()).isEqualTo("a dataset");
                    assertThat(answer.recipe()).isEqualTo(Rows.MEDICAL);
                });
        assertThat(frozen(asked).stream().map(DatasetFrozen::version).distinct()).hasSize(1);
        assertThat(freeze("ds-asked", "").at("/version"))
                .isEqualTo(frozen(asked).getFirst().version());
    }

    @Test
    void aRequestByAnEventThatCannotBeGrantedIsRefusedWithTheStateOfTheDataset() {
        send("ds-refused", Rows.NONE, List.of(Rows.received("ds-refused", 1, Rows.NONE, "a", "b")));
        FreezeRequested tooFew = FreezeRequested.of("ds-refused", request(512), null);
        FreezeRequested noBase =
                FreezeRequested.of(
                        "ds-refused",
                        new FreezeRequest("gpt-7", null, 1, 0.1, 512, OverLength.DROP, null),
                        null);
        stack.publish(tooFew);
        stack.publish(noBase);
        FreezeRequested lie = new FreezeRequested("ds-refused", "0".repeat(64), request(64), null);
        stack.publish(lie);

        await().untilAsserted(() ->
                assertThat(
                                stack.events(Topics.DATASETS_HISTORY, FreezeRefused.class).stream()
                                        .filter(event -> event.datasetId().equals("ds-refused"))
                                        .map(event -> event.requestDigest() + " " + event.code()))
                        .containsExactlyInAnyOrder(
                                tooFew.requestDigest() + " empty_split",
                                noBase.requestDigest() + " unknown_base"));
        assertThat(stack.events(Topics.DATASETS_HISTORY, FreezeRefused.class))
                .filteredOn(event -> event.datasetId().equals("ds-refused"))
                .allSatisfy(event -> {
                    assertThat(event.counts()).isEqualTo(new RowCounts(1, 1, 0, 0));
                    assertThat(event.name()).isEqualTo("a dataset");
                    assertThat(event.isRetryable()).isFalse();
                });
        await().untilAsserted(() ->
                assertThat(stack.records(Topics.deadLetters(Topics.FREEZES))).hasSize(1));
    }

    @Test
    void theAnswerToARequestGoesOnInItsTrace() {
        FreezeRequested traced = FreezeRequested.of("ds-traced", request(512), "job-1");
        FreezeRequested untraced = FreezeRequested.of("ds-traced", request(256), "job-2");
        ProducerRecord<String, byte[]> record =
                KafkaEvents.record(EventEnvelope.of(URI.create("/loramill/test"), traced));
        Trace.addTo(record.headers(), TRACE);
        stack.publish(record);
        stack.publish(untraced);

        send("ds-traced", Rows.MEDICAL, Rows.sample("ds-traced"));

        await().untilAsserted(() -> {
            assertThat(frozen(traced)).hasSize(1);
            assertThat(frozen(untraced)).hasSize(1);
        });
        assertThat(stack.records(Topics.DATASETS_HISTORY))
                .filteredOn(frozen -> "ds-traced".equals(frozen.key()))
                .filteredOn(frozen -> KafkaEvents.read(frozen).event() instanceof DatasetFrozen)
                .extracting(frozen -> Trace.of(frozen.headers()))
                .containsExactlyInAnyOrder(TRACE, null);
    }

    private static FreezeRequest request(int maxTokens) {
        return new FreezeRequest(CleanStack.BASE, null, 42, 0.1, maxTokens, OverLength.DROP, null);
    }

    private List<DatasetFrozen> frozen(FreezeRequested asked) {
        return stack.events(Topics.DATASETS_HISTORY, DatasetFrozen.class).stream()
                .filter(event -> asked.requestDigest().equals(event.requestDigest()))
                .toList();
    }

    @Test
    void aVersionIsNamedByItsManifestAndFrozenOnce() throws Exception {
        send("ds-frozen", Rows.MEDICAL, Rows.sample("ds-frozen"));
        stack.awaitCleaned("ds-frozen");

        HttpAnswer first = freeze("ds-frozen", "");
        HttpAnswer again = freeze("ds-frozen", ",\"seed\":42,\"eval_fraction\":0.1");

        assertThat(first.status()).isEqualTo(200);
        String version = first.at("/version");
        assertThat(again.json()).isEqualTo(first.json());
        JsonNode manifest = stack.get("/v1/dataset-versions/" + version).json();
        assertThat(CanonicalJson.digest(manifest)).isEqualTo(version);
        assertThat(manifest).isEqualTo(first.json().path("manifest"));
        assertThat(manifest.at("/contract/bosCount").asInt()).isBetween(0, 1);
        assertThat(manifest.at("/contract/baseQuantization").asText()).isEqualTo("F32");
        assertThat(manifest.at("/base/id").asText()).isEqualTo(CleanStack.BASE);
        String train = stack.get("/v1/dataset-versions/" + version + "/train.jsonl").text();
        String eval = stack.get("/v1/dataset-versions/" + version + "/eval.jsonl").text();
        assertThat(sha256(train)).isEqualTo(manifest.at("/train/artifact/sha256").asText());
        assertThat(train.lines()).hasSize(manifest.at("/train/rows").asInt());
        assertThat(eval.lines()).hasSize(manifest.at("/eval/rows").asInt());
        assertThat(train.lines().count() + eval.lines().count())
                .isEqualTo(648 - manifest.at("/rows/dropped").asInt());
        assertThat(eval.lines().count()).isBetween(20L, 120L);
        Set<String> questions = new HashSet<>(questions(train));
        assertThat(questions(eval)).noneMatch(questions::contains);
        assertThat(stack.get("/v1/dataset-versions").text()).contains(version);
        await().untilAsserted(() ->
                assertThat(
                                stack.events(Topics.DATASETS_HISTORY, DatasetFrozen.class).stream()
                                        .filter(event -> event.datasetId().equals("ds-frozen")))
                        .singleElement()
                        .satisfies(event ->
                                assertThat(event.trainRows()).isEqualTo(train.lines().count())));
    }

    @Test
    void overLongRowsAreDroppedCutOrRefusedAsAskedAndCounted() throws Exception {
        send("ds-long", Rows.NONE, longRows("ds-long"));
        stack.awaitCleaned("ds-long");

        JsonNode dropped = freeze("ds-long", ",\"max_tokens\":120").json();
        JsonNode cut = freeze("ds-long", ",\"max_tokens\":120,\"over_length\":\"truncate\"").json();
        HttpAnswer refused = freeze("ds-long", ",\"max_tokens\":120,\"over_length\":\"error\"");

        assertThat(dropped.at("/manifest/rows/dropped").asInt()).isEqualTo(5);
        assertThat(dropped.path("train_rows").asInt() + dropped.path("eval_rows").asInt())
                .isEqualTo(40);
        assertThat(cut.at("/manifest/rows/truncated").asInt()).isEqualTo(5);
        assertThat(cut.path("train_rows").asInt() + cut.path("eval_rows").asInt()).isEqualTo(45);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.at("/error/code")).isEqualTo("over_length");
        assertThat(refused.at("/error/message")).contains("5 of 45 rows", "more than 120 tokens");
        int max = cut.at("/manifest/tokenLengths/max").asInt();
        assertThat(max).isGreaterThan(120);
        String train =
                stack.get("/v1/dataset-versions/" + cut.path("version").asText() + "/train.jsonl")
                        .text();
        assertThat(train.lines().mapToInt(String::length).max().orElseThrow()).isLessThan(700);
    }

    @Test
    void aSystemPromptTakesThePlaceOfEachRowsOwn() {
        send("ds-prompt", Rows.MEDICAL, Rows.sample("ds-prompt"));
        stack.awaitCleaned("ds-prompt");

        String version = freeze("ds-prompt", ",\"system_prompt\":\"Be brief.\"").at("/version");

        String train = stack.get("/v1/dataset-versions/" + version + "/train.jsonl").text();
        assertThat(train.lines())
                .allSatisfy(line ->
                        assertThat(line)
                                .startsWith(
                                        "{\"messages\":[{\"role\":\"system\",\"content\":\"Be"
                                                + " brief.\"},{\"role\":\"user\"")
                                .doesNotContain("careful doctor"));
    }

    @Test
    void freezingIsRefusedWithTheReason() {
        stack.publish(
                Topics.ROWS_RECEIVED,
                List.of(Rows.received("ds-open", 1, Rows.NONE, "Why?", "Because.")));
        await().until(() -> stack.get("/v1/ledgers/ds-open").status() == 200);
        send("ds-one", Rows.NONE, List.of(Rows.received("ds-one", 1, Rows.NONE, "a", "b")));
        stack.awaitCleaned("ds-one");
        send("ds-none", Rows.MEDICAL, List.of(Rows.received("ds-none", 1, Rows.MEDICAL, "a", "b")));
        stack.awaitCleaned("ds-none");

        HttpAnswer open = freeze("ds-open", "");
        assertThat(open.status()).isEqualTo(409);
        assertThat(open.headers().firstValue("Retry-After")).hasValue("2");
        assertThat(open.at("/error/code")).isEqualTo("dataset_not_cleaned");
        assertThat(freeze("ds-unheard", "").status()).isEqualTo(404);
        HttpAnswer one = freeze("ds-one", "");
        assertThat(one.status()).isEqualTo(400);
        assertThat(one.at("/error/code")).isEqualTo("empty_split");
        assertThat(freeze("ds-none", "").at("/error/code")).isEqualTo("empty_dataset");
        HttpAnswer base = stack.post("/v1/ledgers/ds-one/freeze", "{\"base\":\"gpt-7\"}");
        assertThat(base.status()).isEqualTo(400);
        assertThat(base.at("/error/message"))
                .isEqualTo("there is no base \"gpt-7\"; there are [tiny]");
        HttpAnswer wrong = freeze("ds-one", ",\"eval_fraction\":1.5,\"max_tokens\":1,\"sample\":0");
        assertThat(wrong.at("/error/message"))
                .contains("eval_fraction must be", "max_tokens must be", "sample must be >= 2");
        assertThat(freeze("ds-one", ",\"evil\":1").status()).isEqualTo(400);
        assertThat(freeze("ds-one", ",\"evil\":1").at("/error/message")).contains("evil");
        assertThat(stack.post("/v1/ledgers/ds-one/freeze", "{").status()).isEqualTo(400);
        assertThat(stack.get("/v1/dataset-versions/" + "0".repeat(64)).status()).isEqualTo(404);
    }

    @Test
    void recipesAreListedStoredAndRefusedWithEveryFailingExample() throws Exception {
        HttpAnswer list = stack.get("/v1/recipes");
        assertThat(list.text()).contains("\"medical-forum\"", "\"none\"");
        HttpAnswer none = stack.get("/v1/recipes/none");
        assertThat(none.at("/digest")).isEqualTo(Rows.NONE.digest());
        assertThat(CanonicalJson.digest(none.json().path("document")))
                .isEqualTo(Rows.NONE.digest());
        HttpAnswer missing = stack.get("/v1/recipes/nothing");
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.headers().firstValue("x-request-id")).isPresent();
        assertThat(missing.at("/error/message")).contains("medical-forum", "none");

        String good =
                """
                {"name":"loud","description":"d","rules":[
                  {"id":"shout","type":"reject-if","field":"assistant","because":"it shouts",
                   "phrases":["AAH"],"case_sensitive":true,
                   "examples":{"rejects":["AAH no"],"keeps":["aah"]}}]}
                """;
        HttpAnswer stored = stack.post("/v1/recipes", good);
        assertThat(stored.status()).isEqualTo(200);
        assertThat(stack.get("/v1/recipes/loud").at("/digest")).isEqualTo(stored.at("/digest"));
        HttpAnswer refused = stack.post("/v1/recipes", good.replace("\"aah\"", "\"AAH\""));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.at("/error/code")).isEqualTo("invalid_recipe");
        assertThat(refused.at("/error/message")).contains("rule \"shout\" must keep \"AAH\"");
        assertThat(stack.get("/v1/recipes/loud").at("/digest")).isEqualTo(stored.at("/digest"));

        RecipeReference loud = new RecipeReference("loud", stored.at("/digest"));
        send("ds-loud", loud, List.of(Rows.received("ds-loud", 1, loud, "a", "AAH")));
        assertThat(count(stack.awaitCleaned("ds-loud"), "shout", "clean")).isEqualTo(1);
    }

    @Test
    void aRowThatNamesAnUnknownRecipeIsRejectedNotLost() {
        RecipeReference unknown = new RecipeReference("gone", "0".repeat(64));
        send("ds-gone", unknown, List.of(Rows.received("ds-gone", 1, unknown, "a", "b")));

        assertThat(count(stack.awaitCleaned("ds-gone"), "unknown-recipe", "clean")).isEqualTo(1);
    }

    @Test
    void recordsThatAreNoEventsGoToDeadLettersAndStopNothing() {
        stack.publish(
                Topics.ROWS_RECEIVED, "k", "nonsense".getBytes(StandardCharsets.UTF_8), Map.of());
        stack.publish(
                Topics.ROWS_CLEANED, "k", "rubbish".getBytes(StandardCharsets.UTF_8), Map.of());
        send("ds-after", Rows.NONE, List.of(Rows.received("ds-after", 1, Rows.NONE, "a", "b")));

        stack.awaitCleaned("ds-after");
        await().untilAsserted(() -> {
            for (String topic : List.of(Topics.ROWS_RECEIVED, Topics.ROWS_CLEANED)) {
                assertThat(stack.records(Topics.deadLetters(topic)))
                        .singleElement()
                        .satisfies(record ->
                                assertThat(record.headers().lastHeader("dead-letter-topic").value())
                                        .asString()
                                        .isEqualTo(topic));
            }
        });
    }

    @Test
    void errorsHaveTheShapeOfTheOpenAiApi() {
        for (HttpAnswer answer :
                List.of(
                        stack.get("/v1/nothing"),
                        stack.get("/v1/ledgers/ds-x"),
                        stack.get("/v1/ledgers/ds-x/rows?limit=0"),
                        stack.post("/v1/recipes", "[1]"),
                        stack.post("/v1/recipes", ""))) {
            assertThat(answer.status()).as(answer.text()).isBetween(400, 499);
            assertThat(answer.at("/error/type")).isEqualTo("invalid_request_error");
            assertThat(answer.at("/error/message")).isNotBlank();
            assertThat(answer.json().path("error").has("param")).isTrue();
            assertThat(answer.at("/error/code")).isNotBlank();
        }
    }

    private HttpAnswer freeze(String dataset, String more) {
        return stack.post(
                "/v1/ledgers/" + dataset + "/freeze",
                "{\"base\":\"%s\"%s}".formatted(CleanStack.BASE, more));
    }

    private void send(String dataset, RecipeReference recipe, List<? extends RowEvent> rows) {
        DatasetOpened opened =
                new DatasetOpened(dataset, "a dataset", recipe, Instant.ofEpochSecond(1));
        long refused = rows.stream().filter(RowRejected.class::isInstance).count();
        stack.publish(
                Topics.ROWS_RECEIVED, rows.stream().filter(RowReceived.class::isInstance).toList());
        stack.publish(
                Topics.ROWS_REJECTED, rows.stream().filter(RowRejected.class::isInstance).toList());
        for (String topic : List.of(Topics.DATASETS, Topics.DATASETS_HISTORY)) {
            stack.publish(
                    topic,
                    List.of(
                            opened,
                            new DatasetSealed(dataset, "a dataset", recipe, rows.size(), refused)));
        }
    }

    private int outcomes(String dataset) {
        return stack.rows(Topics.ROWS_CLEANED, RowCleaned.class, dataset).size()
                + stack.rows(Topics.ROWS_REJECTED, RowRejected.class, dataset).size();
    }

    private static List<RowReceived> longRows(String dataset) {
        List<RowReceived> rows = new ArrayList<>();
        for (int line = 1; line <= 45; line++) {
            rows.add(
                    Rows.received(
                            dataset,
                            line,
                            Rows.NONE,
                            "What is number %d?".formatted(line),
                            "it is good for you ".repeat(line <= 5 ? 100 : 1).strip() + line));
        }
        return rows;
    }

    private static int count(JsonNode ledger, String rule, String stage) {
        for (JsonNode entry : ledger.path("rules")) {
            if (entry.path("rule").asText().equals(rule)
                    && entry.path("stage").asText().equals(stage)) {
                return entry.path("count").asInt();
            }
        }
        return 0;
    }

    private static List<String> questions(String jsonLines) throws Exception {
        List<String> questions = new ArrayList<>();
        for (String line : jsonLines.lines().toList()) {
            for (JsonNode message : JSON.readTree(line).path("messages")) {
                if (message.path("role").asText().equals("user")) {
                    questions.add(message.path("content").asText());
                }
            }
        }
        return questions;
    }

    private static String sha256(String text) {
        return CanonicalJson.sha256(text.getBytes(StandardCharsets.UTF_8));
    }
}
