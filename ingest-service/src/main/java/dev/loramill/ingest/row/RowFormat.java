package dev.loramill.ingest.row;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.persistence.EnumeratedValue;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Shapes in which rows come; earlier ones win where columns fit several. */
public enum RowFormat {
    /** OpenAI chat: {@code {"messages":[{"role","content"},…]}}. */
    MESSAGES("messages", List.of("messages")),
    /** Alpaca: {@code instruction}, {@code output} and an optional {@code input}. */
    ALPACA("alpaca", List.of("instruction", "output")),
    /** {@code question} and {@code answer}. */
    QUESTION_ANSWER("question-answer", List.of("question", "answer"));

    @EnumeratedValue private final String id;
    private final List<String> columns;

    RowFormat(String id, List<String> columns) {
        this.id = id;
        this.columns = columns;
    }

    /** Name of the format in answers and in the database. */
    public String id() {
        return id;
    }

    /** Columns that a row of this format must have; others may stand beside them. */
    public List<String> columns() {
        return columns;
    }

    /** Format with a name. */
    public static Optional<RowFormat> named(String id) {
        return Arrays.stream(values()).filter(format -> format.id.equals(id)).findFirst();
    }

    /** Format whose columns a row has. */
    static Optional<RowFormat> of(JsonNode row) {
        return Arrays.stream(values()).filter(format -> format.fits(row)).findFirst();
    }

    /** What is allowed, for error messages. */
    public static String allowed() {
        return "\"messages\" (OpenAI chat), \"instruction\" with \"output\" (alpaca), or"
                + " \"question\" with \"answer\"";
    }

    boolean fits(JsonNode row) {
        return columns.stream().allMatch(row::has);
    }
}
