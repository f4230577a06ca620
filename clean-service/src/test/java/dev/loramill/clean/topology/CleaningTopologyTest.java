package dev.loramill.clean.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.clean.recipe.CompiledRecipe;
import dev.loramill.clean.recipe.RecipeLookup;
import dev.loramill.clean.recipe.RecipesAwayException;
import dev.loramill.clean.recipe.ShippedRecipes;
import dev.loramill.clean.recipe.UnusableRecipeException;
import dev.loramill.clean.stack.Rows;
import dev.loramill.events.DeadLetter;
import dev.loramill.events.Event;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RowCleaned;
import dev.loramill.events.RowReceived;
import dev.loramill.events.RowRejected;
import dev.loramill.events.Topics;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CleaningTopologyTest {
    private static final RecipeLookupOf RECIPES = new RecipeLookupOf();
    private static final int MAX_REQUEST_BYTES = 100_000;
    private static final String CANDIDATES = "loramill-clean-candidates-repartition";
    private static final URI SOURCE = URI.create("/loramill/ingest");

    @TempDir private Path state;
    private TopologyTestDriver driver;
    private TestInputTopic<String, byte[]> received;
    private RecipeLookup recipes = RECIPES::find;

    @BeforeEach
    void start() {
        OutgoingLimit.reset();
        Properties properties = new Properties();
        properties.put("state.dir", state.toString());
        properties.put("application.id", "loramill-clean");
        properties.put("producer.max.request.size", MAX_REQUEST_BYTES);
        driver =
                new TopologyTestDriver(
                        CleaningTopology.build(
                                digest -> recipes.find(digest),
                                Stores::inMemoryKeyValueStore,
                                new TakenRows()),
                        properties);
        received =
                driver.createInputTopic(
                        Topics.ROWS_RECEIVED, new StringSerializer(), new ByteArraySerializer());
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    @Test
    void everyRowHasExactlyOneOutcomeWhateverTheOrder() {
        for (int seed = 0; seed < 8; seed++) {
            List<RowReceived> rows = new ArrayList<>(Rows.random("ds-" + seed, 150, seed));
            Collections.shuffle(rows, new Random(seed));

            rows.forEach(this::send);

            Map<String, Long> outcomes = new HashMap<>();
            List<Event> events = output();
            events.forEach(event -> outcomes.merge(event.subject(), 1L, Long::sum));
            assertThat(outcomes).hasSize(150).allSatisfy((_, count) -> assertThat(count).isOne());
            Set<String> kept = new HashSet<>();
            for (Event event : events) {
                if (event instanceof RowCleaned row) {
                    assertThat(kept.add(row.digest())).as("kept twice").isTrue();
                }
            }
            assertThat(kept).hasSizeBetween(40, 120);
        }
    }

    @Test
    void aRowThatComesAgainHasTheSameOutcomeUnderTheSameEventId() {
        List<RowReceived> rows = Rows.random("ds-1", 300, 4);
        rows.forEach(this::send);
        Map<String, String> first = identities();
        List<RowReceived> again = new ArrayList<>(rows);
        Collections.shuffle(again, new Random(1));

        again.forEach(this::send);

        assertThat(identities()).isEqualTo(first);
    }

    @Test
    void equalRowsOfTwoDatasetsAreNoDuplicates() {
        send(Rows.received("ds-1", 1, Rows.NONE, "a", "b"));
        send(Rows.received("ds-2", 1, Rows.NONE, "a", "b"));

        assertThat(output()).hasSize(2).allMatch(RowCleaned.class::isInstance);
    }

    @Test
    void aDuplicateNamesTheRowThatWasKeptAndShowsItselfAsItCame() {
        String answer = "Word " + "word ".repeat(40).strip() + ".";
        send(Rows.received("ds-1", 1, Rows.MEDICAL, "a", answer));
        send(Rows.received("ds-1", 2, Rows.MEDICAL, "a", "Hello, " + answer + " Take care."));

        assertThat(output())
                .last()
                .isInstanceOfSatisfying(
                        RowRejected.class,
                        row -> {
                            assertThat(row.stage()).isEqualTo(RowRejected.Stage.DUPLICATE);
                            assertThat(row.reason()).contains("\"file-1:1\"");
                            assertThat(row.original()).contains("Hello, ", "Take care.");
                        });
    }

    @Test
    void nonsenseGoesToTheDeadLettersWithItsPosition() {
        received.pipeInput("k", "nonsense".getBytes(StandardCharsets.UTF_8));

        TestRecord<String, byte[]> letter = deadLetters().readRecord();
        assertThat(letter.value()).asString(StandardCharsets.UTF_8).isEqualTo("nonsense");
        assertThat(letter.headers().lastHeader("dead-letter-offset").value())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("0");
        assertThat(output()).isEmpty();
    }

    @Test
    @SuppressWarnings("NullAway") // Kafka has records without key and value
    void whatHasNeitherKeyNorBodyHasNoneAmongTheDeadLetters() {
        received.pipeInput(new TestRecord<String, byte[]>(null, null, new RecordHeaders()));

        TestRecord<String, byte[]> letter = deadLetters().readRecord();
        assertThat(letter.key()).isNull();
        assertThat(letter.value()).isNull();
        assertThat(letter.headers().lastHeader("dead-letter-reason").value())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("header ce_type is missing");
    }

    @Test
    void aLetterThatTheProducerWouldNotSendIsCut() {
        byte[] value = new byte[MAX_REQUEST_BYTES];

        received.pipeInput("k", value);

        TestRecord<String, byte[]> letter = deadLetters().readRecord();
        assertThat(letter.value()).hasSizeBetween(MAX_REQUEST_BYTES / 2, MAX_REQUEST_BYTES - 1_000);
        assertThat(letter.headers().lastHeader(DeadLetter.CUT).value())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(Integer.toString(MAX_REQUEST_BYTES));
    }

    @Test
    void theTraceOfARowGoesOnWhateverBecomesOfIt() {
        String answer = "Word ".repeat(31).strip();
        for (RowReceived row :
                List.of(
                        Rows.received("ds", 1, Rows.MEDICAL, "Why?", answer),
                        Rows.received("ds", 2, Rows.MEDICAL, "Why?", answer),
                        Rows.received("ds", 3, Rows.MEDICAL, "Why?", "Rest."))) {
            var record = KafkaEvents.record(EventEnvelope.of(SOURCE, row));
            record.headers()
                    .add("traceparent", "00-trace-span-01".getBytes(StandardCharsets.UTF_8));
            received.pipeInput(new TestRecord<>(record.key(), record.value(), record.headers()));
        }

        assertThat(records())
                .hasSize(3)
                .allSatisfy(record ->
                        assertThat(record.headers().lastHeader("traceparent").value())
                                .asString(StandardCharsets.UTF_8)
                                .isEqualTo("00-trace-span-01"));
    }

    @Test
    @SuppressWarnings("NullAway") // Kafka has records without key and value
    void nonsenseAmongTheCandidatesGoesToTheDeadLettersAndRowsGoOn() {
        TestInputTopic<String, byte[]> candidates =
                driver.createInputTopic(
                        CANDIDATES, new StringSerializer(), new ByteArraySerializer());
        for (String body : List.of("nonsense", "{}", "null", "[1", "")) {
            candidates.pipeInput("k", body.getBytes(StandardCharsets.UTF_8));
        }
        candidates.pipeInput(new TestRecord<String, byte[]>(null, null, new RecordHeaders()));

        send(Rows.received("ds-1", 1, Rows.NONE, "a", "b"));

        List<TestRecord<String, byte[]>> letters = deadLetters().readRecordsToList();
        assertThat(letters).hasSize(6);
        assertThat(letters.getFirst().headers().lastHeader("dead-letter-topic").value())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(CANDIDATES);
        assertThat(output()).singleElement().isInstanceOf(RowCleaned.class);
    }

    @Test
    void nonsenseInTheStoreRefusesNoRow() {
        RowReceived row = Rows.received("ds-1", 1, Rows.NONE, "a", "b");
        driver.<String, String>getKeyValueStore(FindDuplicate.STORE)
                .put(row.key(), "\0nonsense".repeat(1_000));

        send(row);
        send(Rows.received("ds-1", 2, Rows.NONE, "a", "b"));

        List<Event> events = output();
        assertThat(events.getFirst()).isInstanceOf(RowCleaned.class);
        assertThat(events.getLast())
                .isInstanceOfSatisfying(
                        RowRejected.class,
                        doubled -> assertThat(doubled.reason()).contains("\"file-1:1\""));
    }

    @Test
    void aRowThatWasRefusedForItsUnknownRecipeIsNotKeptWhenItComesAgain() {
        RecipeLookup known = recipes;
        recipes = _ -> Optional.empty();
        restart();
        send(Rows.received("ds-1", 1, Rows.NONE, "a", "b"));
        recipes = known;

        send(Rows.received("ds-1", 1, Rows.NONE, "a", "b"));
        send(Rows.received("ds-1", 2, Rows.NONE, "a", "b"));

        assertThat(output())
                .filteredOn(RowRejected.class::isInstance)
                .hasSize(2)
                .allSatisfy(event ->
                        assertThat(event)
                                .isInstanceOfSatisfying(
                                        RowRejected.class,
                                        row -> {
                                            assertThat(row.origin().line()).isOne();
                                            assertThat(row.rule())
                                                    .isEqualTo(ApplyRecipe.UNKNOWN_RECIPE);
                                        }));
    }

    @Test
    void aRecipeThatCannotBeRunRefusesItsRowsOnly() {
        RecipeLookup known = recipes;
        recipes =
                digest -> {
                    if (digest.equals(Rows.MEDICAL.digest())) {
                        throw new UnusableRecipeException(new IllegalStateException("too old"));
                    }
                    return known.find(digest);
                };
        restart();

        send(Rows.received("ds-1", 1, Rows.MEDICAL, "a", "b"));
        send(Rows.received("ds-1", 2, Rows.NONE, "a", "b"));

        assertThat(output())
                .hasSize(2)
                .anySatisfy(event ->
                        assertThat(event)
                                .isInstanceOfSatisfying(
                                        RowRejected.class,
                                        row ->
                                                assertThat(row.rule())
                                                        .isEqualTo(ApplyRecipe.UNUSABLE_RECIPE)))
                .anySatisfy(event -> assertThat(event).isInstanceOf(RowCleaned.class));
    }

    @Test
    void aRowIsTakenAgainWhenRecipesCannotBeReadNow() {
        recipes =
                _ -> {
                    throw new RecipesAwayException(new IllegalStateException("database away"));
                };
        restart();

        assertThatThrownBy(() -> send(Rows.received("ds-1", 1, Rows.NONE, "a", "b")))
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasStackTraceContaining("recipes cannot be read now");
        assertThat(deadLetters().isEmpty()).isTrue();
    }

    @Test
    void whatAnyRecipeThrowsCostsItsRowOnly() {
        RecipeLookup known = recipes;
        recipes =
                digest -> {
                    if (digest.equals(Rows.MEDICAL.digest())) {
                        throw new ArithmeticException("of our own");
                    }
                    return known.find(digest);
                };
        restart();

        send(Rows.received("ds-1", 1, Rows.MEDICAL, "a", "b"));
        send(Rows.received("ds-1", 2, Rows.NONE, "a", "b"));

        assertThat(deadLetters().readRecordsToList()).hasSize(1);
        assertThat(output()).hasSize(1);
    }

    @Test
    void aRowThatIsLargerThanATopicTakesIsRefusedWithTheBeginningOfIt() {
        send(Rows.received("ds-1", 1, Rows.NONE, "a", "\"\u0001".repeat(MAX_REQUEST_BYTES / 2)));
        send(Rows.received("ds-1", 2, Rows.NONE, "a", "b"));

        assertThat(output())
                .hasSize(2)
                .anySatisfy(event ->
                        assertThat(event)
                                .isInstanceOfSatisfying(
                                        RowRejected.class,
                                        row -> {
                                            assertThat(row.rule()).isEqualTo(ApplyRecipe.TOO_LARGE);
                                            assertThat(row.original())
                                                    .startsWith("\"")
                                                    .hasSizeLessThan(MAX_REQUEST_BYTES / 4);
                                        }));
        assertThat(deadLetters().isEmpty()).isTrue();
    }

    @Test
    @SuppressWarnings("NullAway") // the handler looks at the record alone
    void aTopicThatTakesLessThanItShouldIsMetOnce() {
        byte[] value = new byte[90_000];
        OutgoingLimit handler = new OutgoingLimit();

        handler.handle(
                (ErrorHandlerContext) null,
                new ProducerRecord<>(CANDIDATES, null, value),
                new RecordTooLargeException());
        send(Rows.received("ds-1", 1, Rows.NONE, "a", "b".repeat(80_000)));

        assertThat(output())
                .singleElement()
                .isInstanceOfSatisfying(
                        RowRejected.class,
                        row -> assertThat(row.rule()).isEqualTo(ApplyRecipe.TOO_LARGE));
    }

    private void restart() {
        driver.close();
        start();
    }

    private TestOutputTopic<String, byte[]> deadLetters() {
        return driver.createOutputTopic(
                Topics.deadLetters(Topics.ROWS_RECEIVED),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    private void send(RowReceived row) {
        var record =
                KafkaEvents.record(new EventEnvelope("id", SOURCE, Instant.ofEpochSecond(9), row));
        received.pipeInput(new TestRecord<>(record.key(), record.value(), record.headers()));
    }

    private List<Event> output() {
        List<Event> events = new ArrayList<>();
        records()
                .forEach(record ->
                        events.add(KafkaEvents.read(record.headers(), record.value()).event()));
        return events;
    }

    /** Id and kind of the one event of each row. */
    private Map<String, String> identities() {
        Map<String, String> identities = new HashMap<>();
        for (TestRecord<String, byte[]> record : records()) {
            EventEnvelope envelope = KafkaEvents.read(record.headers(), record.value());
            identities.put(
                    envelope.event().subject(),
                    envelope.id() + " " + envelope.event().getClass().getSimpleName());
        }
        return identities;
    }

    private List<TestRecord<String, byte[]>> records() {
        List<TestRecord<String, byte[]>> records = new ArrayList<>();
        for (String topic : List.of(Topics.ROWS_CLEANED, Topics.ROWS_REJECTED)) {
            records.addAll(
                    driver.createOutputTopic(
                                    topic, new StringDeserializer(), new ByteArrayDeserializer())
                            .readRecordsToList());
        }
        return records;
    }

    /** The shipped recipes by digest. */
    private static final class RecipeLookupOf {
        private final Map<String, CompiledRecipe> recipes = new HashMap<>();

        RecipeLookupOf() {
            ShippedRecipes.all()
                    .forEach(recipe ->
                            recipes.put(recipe.reference().digest(), CompiledRecipe.of(recipe)));
        }

        Optional<CompiledRecipe> find(String digest) {
            return Optional.ofNullable(recipes.get(digest));
        }
    }
}
