package dev.loramill.clean.stack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loramill.clean.recipe.ShippedRecipes;
import dev.loramill.events.ChatMessage;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.RowCleaned;
import dev.loramill.events.RowDigests;
import dev.loramill.events.RowEvent;
import dev.loramill.events.RowOrigin;
import dev.loramill.events.RowReceived;
import dev.loramill.events.RowRejected;
import dev.loramill.samples.RowKind;
import dev.loramill.samples.SampleGenerator;
import dev.loramill.samples.SampleRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Rows as ingest publishes them. */
public final class Rows {
    /** The shipped recipe that cleans. */
    public static final RecipeReference MEDICAL = ShippedRecipes.named("medical-forum").reference();

    /** The shipped recipe that keeps every row. */
    public static final RecipeReference NONE = ShippedRecipes.named("none").reference();

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private Rows() {}

    /** A received row. */
    public static RowReceived received(
            String dataset, long line, RecipeReference recipe, String question, String answer) {
        List<ChatMessage> messages =
                List.of(new ChatMessage("user", question), new ChatMessage("assistant", answer));
        return new RowReceived(
                dataset, new RowOrigin("file-1", line), RowDigests.of(messages), messages, recipe);
    }

    /** Ten rows that were kept as they came. */
    public static List<RowCleaned> cleaned(String dataset) {
        List<RowCleaned> rows = new ArrayList<>();
        for (int line = 1; line <= 10; line++) {
            RowReceived row = received(dataset, line, NONE, "Why " + line, "Because");
            rows.add(
                    new RowCleaned(
                            dataset,
                            row.origin(),
                            row.digest(),
                            row.digest(),
                            row.messages(),
                            row.recipe(),
                            List.of()));
        }
        return rows;
    }

    /** The shipped sample as a dataset: malformed lines are refused at the door. */
    public static List<RowEvent> sample(String dataset) {
        List<RowEvent> events = new ArrayList<>();
        long line = 0;
        for (SampleRow row : SampleGenerator.generate(SampleGenerator.COMMITTED_SEED)) {
            line++;
            RowOrigin origin = new RowOrigin("file-1", line);
            if (row.kind() == RowKind.MALFORMED) {
                events.add(
                        new RowRejected(
                                dataset,
                                origin,
                                RowRejected.Stage.INGEST,
                                "not-json",
                                "line %d is malformed\0".formatted(line),
                                row.line() + "\0",
                                null));
                continue;
            }
            try {
                JsonNode json = JSON.readTree(row.line());
                List<ChatMessage> messages =
                        List.of(
                                new ChatMessage("system", json.path("instruction").asText()),
                                new ChatMessage("user", json.path("input").asText()),
                                new ChatMessage("assistant", json.path("output").asText()));
                events.add(
                        new RowReceived(
                                dataset, origin, RowDigests.of(messages), messages, MEDICAL));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }
        return events;
    }

    /**
     * Random rows of which some are equal, some only after cleaning, and some refused.
     *
     * @param count rows, with lines from 1
     */
    public static List<RowReceived> random(String dataset, int count, long seed) {
        Random random = new Random(seed);
        List<RowReceived> rows = new ArrayList<>(count);
        List<String> openers = List.of("", "Hello, ", "Welcome to Chat Doctor. ", "Hi,");
        List<String> closers = List.of("", " Take care.", " Hope this helps. Regards, Jay In");
        for (int line = 1; line <= count; line++) {
            int topic = random.nextInt(count);
            String body =
                    topic % 7 == 0
                            ? "Rest for %d days.".formatted(topic)
                            : ("Condition %d mostly needs rest, warm drinks and some time at home,"
                                            + " and a doctor should look at it when the fever lasts"
                                            + " longer than three days or when breathing hurts at"
                                            + " night.")
                                    .formatted(topic);
            rows.add(
                    received(
                            dataset,
                            line,
                            MEDICAL,
                            "What helps against condition %d?".formatted(topic),
                            openers.get(random.nextInt(openers.size()))
                                    + body
                                    + closers.get(random.nextInt(closers.size()))));
        }
        return rows;
    }
}
