package dev.loramill.ingest.row;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.events.ChatMessage;
import dev.loramill.events.EventLimits;
import dev.loramill.ingest.source.Line;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads lines as rows of one format, or of whatever format the columns of each line tell. */
public final class RowReader {
    private final @Nullable RowFormat format;
    private final int maxRowBytes;

    /**
     * Reader of a format.
     *
     * @param format format of every row, or null to tell it for each row by its columns
     * @param maxRowBytes limit that too long lines have exceeded, for their reason
     */
    public RowReader(@Nullable RowFormat format, int maxRowBytes) {
        this.format = format;
        this.maxRowBytes = maxRowBytes;
    }

    /** What becomes of a line. */
    public IntakeOutcome read(Line line) {
        return switch (line) {
            case Line.Text text -> read(text.text());
            case Line.TooLong tooLong ->
                    new IntakeOutcome.Refused(
                            RowRule.ROW_TOO_LONG,
                            "the line has %,d bytes, allowed are %,d"
                                    .formatted(tooLong.sizeBytes(), maxRowBytes));
        };
    }

    /** What becomes of a text that should be one JSON object. */
    public IntakeOutcome read(String text) {
        RowJson.Parsed parsed = RowJson.parse(text);
        return parsed.value() == null
                ? new IntakeOutcome.Refused(RowRule.NOT_JSON, parsed.fault())
                : read(parsed.value());
    }

    /** What becomes of a JSON value that should be a row. */
    public IntakeOutcome read(JsonNode value) {
        try {
            if (!value.isObject()) {
                throw new RowRefusal(
                        RowRule.NOT_AN_OBJECT,
                        "a row must be a JSON object, got " + RowJson.typeOf(value));
            }
            List<ChatMessage> messages = messages(value);
            if (messages.size() > EventLimits.MESSAGES) {
                throw new RowRefusal(
                        RowRule.ROW_TOO_LONG,
                        "the row has %,d messages, allowed are %,d"
                                .formatted(messages.size(), EventLimits.MESSAGES));
            }
            return new IntakeOutcome.Accepted(messages);
        } catch (RowRefusal e) {
            return e.outcome();
        }
    }

    private List<ChatMessage> messages(JsonNode row) throws RowRefusal {
        return switch (formatOf(row)) {
            case MESSAGES -> MessagesRow.read(row);
            case ALPACA -> alpaca(row);
            case QUESTION_ANSWER ->
                    conversation(
                            "",
                            question(RowFields.requiredText(row, "question"), "question"),
                            answer(row, "answer"));
        };
    }

    private RowFormat formatOf(JsonNode row) throws RowRefusal {
        if (format != null) {
            return format;
        }
        RowFormat told = RowFormat.of(row).orElse(null);
        if (told == null) {
            throw new RowRefusal(
                    RowRule.MISSING_FIELD,
                    "a row must have the fields %s, got %s"
                            .formatted(RowFormat.allowed(), FormatDetector.columnsOf(row)));
        }
        return told;
    }

    private static List<ChatMessage> alpaca(JsonNode row) throws RowRefusal {
        String instruction = RowFields.requiredText(row, "instruction");
        String input = RowFields.optionalText(row, "input");
        String answer = answer(row, "output");
        // With an input the instruction is the same in every row: it tells how to answer.
        return input.isBlank()
                ? conversation("", question(instruction, "instruction"), answer)
                : conversation(instruction, input, answer);
    }

    private static String question(String text, String field) throws RowRefusal {
        if (text.isBlank()) {
            throw new RowRefusal(
                    RowRule.MISSING_FIELD, "field \"%s\" has no text".formatted(field));
        }
        return text;
    }

    private static String answer(JsonNode row, String field) throws RowRefusal {
        String answer = RowFields.requiredText(row, field);
        if (answer.isBlank()) {
            throw new RowRefusal(RowRule.EMPTY_ANSWER, "field \"%s\" has no text".formatted(field));
        }
        return answer;
    }

    private static List<ChatMessage> conversation(String system, String user, String assistant) {
        List<ChatMessage> messages = new ArrayList<>(3);
        if (!system.isBlank()) {
            messages.add(new ChatMessage("system", system));
        }
        messages.add(new ChatMessage("user", user));
        messages.add(new ChatMessage("assistant", assistant));
        return messages;
    }
}
