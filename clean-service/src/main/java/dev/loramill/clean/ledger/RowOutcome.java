package dev.loramill.clean.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.loramill.events.ChatMessage;
import dev.loramill.events.EventJson;
import dev.loramill.events.RowCleaned;
import dev.loramill.events.RowOrigin;
import dev.loramill.events.RowRejected;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What became of one row, as it is stored.
 *
 * @param datasetId dataset of the row
 * @param origin where it came from
 * @param outcome {@code kept}, {@code rejected} or {@code duplicate}
 * @param stage who refused it: {@code ingest}, {@code clean} or {@code duplicate}; null when kept
 * @param rule rule that refused it; null when kept
 * @param reason why; null when kept
 * @param digest digest of the cleaned messages; null unless kept
 * @param messages the cleaned messages as JSON; null unless kept
 * @param original the row as it came, as JSON; null when kept without a change
 * @param rulesApplied rules that changed it, joined by commas; null when none did
 */
record RowOutcome(
        String datasetId,
        RowOrigin origin,
        Kind outcome,
        @Nullable String stage,
        @Nullable String rule,
        @Nullable String reason,
        @Nullable String digest,
        @Nullable String messages,
        @Nullable String original,
        @Nullable String rulesApplied) {

    /** What can become of a row. */
    enum Kind {
        /** It is in the dataset. */
        KEPT,
        /** It was refused at the door or by a rule. */
        REJECTED,
        /** It equals one that was kept. */
        DUPLICATE;

        /** Name in the database and in answers. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Characters of its longer texts. */
    long characters() {
        return length(messages) + length(original) + length(reason);
    }

    private static long length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    static RowOutcome of(RowCleaned row, @Nullable String original) {
        return new RowOutcome(
                row.datasetId(),
                row.origin(),
                Kind.KEPT,
                null,
                null,
                null,
                row.digest(),
                json(row.messages()),
                row.rulesApplied().isEmpty() ? null : original,
                row.rulesApplied().isEmpty() ? null : String.join(",", row.rulesApplied()));
    }

    static RowOutcome of(RowRejected row) {
        boolean isLine = row.stage() == RowRejected.Stage.INGEST;
        return new RowOutcome(
                row.datasetId(),
                row.origin(),
                row.stage() == RowRejected.Stage.DUPLICATE ? Kind.DUPLICATE : Kind.REJECTED,
                row.stage().name().toLowerCase(Locale.ROOT),
                withoutNul(row.rule()),
                withoutNul(row.reason()),
                null,
                null,
                isLine ? json(row.original()) : withoutNul(row.original()),
                null);
    }

    private static String json(Object value) {
        try {
            return EventJson.mapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write a row as JSON", e);
        }
    }

    /** PostgreSQL holds no NUL character in text; in JSON it is escaped, elsewhere replaced. */
    private static String withoutNul(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
    }

    static List<ChatMessage> messagesOf(String json) {
        try {
            return List.of(EventJson.mapper().readValue(json, ChatMessage[].class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored row is not JSON", e);
        }
    }
}
