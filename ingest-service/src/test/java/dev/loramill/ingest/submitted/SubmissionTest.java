package dev.loramill.ingest.submitted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.events.RowOrigin;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SubmissionTest {
    private static final String ROW = "{\"question\":\"a\",\"answer\":\"b\"}";

    @Test
    void bodyIsOneRowWhenAHeaderNamesTheDataset() {
        assertThat(read("ds-1", ROW)).isEqualTo(new Submission("ds-1", List.of(ROW)));
    }

    @Test
    void envelopeHoldsARowOrSeveral() {
        assertThat(read(null, "{\"dataset\":\"ds-1\",\"row\":" + ROW + "}").rows())
                .containsExactly(ROW);
        assertThat(read(null, "{\"dataset\":\"ds-1\",\"rows\":[" + ROW + ",7]}").rows())
                .containsExactly(ROW, "7");
        assertThat(read("ds-1", "{\"rows\":[" + ROW + "]}").rows()).containsExactly(ROW);
    }

    @Test
    void rowMayNameItsDatasetItself() {
        String row = "{\"dataset\":\"ds-1\",\"question\":\"a\",\"answer\":\"b\"}";
        assertThat(read(null, row)).isEqualTo(new Submission("ds-1", List.of(row)));
    }

    @Test
    void bodyThatIsNotJsonIsOneWrongRowOfTheHeadersDataset() {
        assertThat(read("ds-1", "{oops").rows()).containsExactly("{oops");
    }

    @Test
    void recordOfNoDatasetCannotBeAttributed() {
        assertUnattributable(null, ROW, "no dataset is named");
        assertUnattributable(null, "{oops", "no dataset is named");
        assertUnattributable("ds-2", "{\"dataset\":\"ds-1\"}", "the header names dataset \"ds-2\"");
        assertUnattributable(null, "{\"dataset\":\"a\\u0000\"}", "is no id of a dataset");
        assertUnattributable("ds 1", ROW, "\"ds 1\" is no id of a dataset");
        assertUnattributable("d".repeat(100_000), ROW, "\"" + "d".repeat(80) + "…\" is no id");
        assertUnattributable("ds-1", null, "the record has no body");
        assertUnattributable("ds-1", "{\"rows\":[]}", "a record may hold 1 to 1,000 rows, got 0");
        assertUnattributable(
                "ds-1", "{\"rows\":[1" + ",1".repeat(1_000) + "]}", "1,000 rows, got 1,001");
    }

    @Test
    void recordThatIsNotUtf8IsNotGuessedAt() {
        byte[] latin = "{\"question\":\"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> Submission.read("ds-1", latin))
                .isInstanceOf(UnattributableException.class)
                .hasMessageContaining("not UTF-8");
    }

    @Test
    void envelopeThatNamesTwoDatasetsBelongsToNone() {
        assertUnattributable(
                null,
                "{\"dataset\":\"ds-1\",\"dataset\":\"ds-2\",\"row\":{}}",
                "no dataset is named");
    }

    @Test
    void everyRowHasAnOriginOfItsOwn() {
        assertThat(Submission.origin("rows.submitted/3", 5, 0))
                .isEqualTo(new RowOrigin("rows.submitted/3", 5_000));
        assertThat(Submission.origin("t", 5, Submission.MAX_ROWS - 1).line())
                .isLessThan(Submission.origin("t", 6, 0).line());
    }

    private static void assertUnattributable(
            @Nullable String header, @Nullable String body, String reason) {
        assertThatThrownBy(() -> read(header, body))
                .isInstanceOf(UnattributableException.class)
                .hasMessageContaining(reason);
    }

    private static Submission read(@Nullable String header, @Nullable String body) {
        return Submission.read(header, body == null ? null : body.getBytes(StandardCharsets.UTF_8));
    }
}
