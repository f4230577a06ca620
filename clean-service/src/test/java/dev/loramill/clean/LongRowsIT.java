package dev.loramill.clean;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.clean.stack.CleanStack;
import dev.loramill.clean.stack.Rows;
import dev.loramill.clean.stack.SharedCleanStack;
import dev.loramill.events.DatasetOpened;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.RowReceived;
import dev.loramill.events.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rows of nearly the length that passes the door, in a service with the heap of the launcher. */
@ExtendWith(SharedCleanStack.class)
class LongRowsIT {
    private static final int LONG_ROWS = 300;
    private static final int SHORT_ROWS = 20;
    private static final String LONG = "word ".repeat(80_000);

    private final CleanStack stack;

    LongRowsIT(CleanStack stack) {
        this.stack = stack;
    }

    @Test
    void threeHundredRowsOf400KilobytesAreListedAndFrozen() {
        String dataset = "ds-400-kilobytes";
        List<RowReceived> rows = new ArrayList<>();
        for (int line = 1; line <= LONG_ROWS + SHORT_ROWS; line++) {
            rows.add(
                    Rows.received(
                            dataset,
                            line,
                            Rows.NONE,
                            "Why " + line,
                            line <= LONG_ROWS ? LONG + line : "Because."));
        }
        stack.publish(Topics.ROWS_RECEIVED, rows);
        stack.publish(
                Topics.DATASETS_HISTORY,
                List.of(
                        new DatasetOpened(dataset, "n", Rows.NONE, Instant.ofEpochSecond(1)),
                        new DatasetSealed(dataset, "n", Rows.NONE, rows.size(), 0)));
        assertThat(stack.awaitCleaned(dataset).path("kept").asInt()).isEqualTo(rows.size());

        assertThat(listed(dataset)).isEqualTo(rows.size());
        JsonNode frozen =
                stack.post(
                                "/v1/ledgers/" + dataset + "/freeze",
                                "{\"base\":\"%s\",\"eval_fraction\":0.2}"
                                        .formatted(CleanStack.BASE))
                        .json();

        assertThat(frozen.path("train_rows").asInt() + frozen.path("eval_rows").asInt())
                .as("%s", frozen)
                .isEqualTo(SHORT_ROWS);
        assertThat(stack.isServiceRunning()).isTrue();
    }

    /** Rows of all pages, each of which has to be small. */
    private int listed(String dataset) {
        int listed = 0;
        String after = "";
        JsonNode page;
        do {
            page = stack.get("/v1/ledgers/" + dataset + "/rows?limit=1000&after=" + after).json();
            assertThat(page.path("data")).hasSizeBetween(1, 30);
            listed += page.path("data").size();
            after = page.path("last_id").asText();
        } while (page.path("has_more").asBoolean());
        return listed;
    }
}
