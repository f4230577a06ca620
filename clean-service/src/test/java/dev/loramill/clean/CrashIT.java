package dev.loramill.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.clean.stack.CleanStack;
import dev.loramill.clean.stack.Rows;
import dev.loramill.clean.stack.SharedCleanStack;
import dev.loramill.events.DatasetCleaned;
import dev.loramill.events.DatasetOpened;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.RowCleaned;
import dev.loramill.events.RowReceived;
import dev.loramill.events.RowRejected;
import dev.loramill.events.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedCleanStack.class)
class CrashIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final CleanStack stack;

    CrashIT(CleanStack stack) {
        this.stack = stack;
    }

    @Test
    void everyRowHasOneOutcomeWhenTheServiceIsKilledWithItsStateKept() throws IOException {
        killInTheMiddle("ds-killed", false);
    }

    @Test
    void everyRowHasOneOutcomeWhenTheServiceIsKilledAndItsStateIsLost() throws IOException {
        killInTheMiddle("ds-state-lost", true);
    }

    @Test
    void readinessIsRedWhileTheBrokerIsAwayAndRowsFlowAfterwards() throws IOException {
        stack.stopKafka();
        await().atMost(PATIENCE).until(() -> stack.readiness() == 503);
        stack.startKafka();
        stack.awaitReady();

        cleans("ds-after-broker");
    }

    @Test
    void readinessIsRedWhileTheDatabaseIsAwayAndRowsFlowAfterwards() throws IOException {
        stack.stopPostgres();
        await().atMost(PATIENCE).until(() -> stack.readiness() == 503);
        assertThat(stack.get("/v1/ledgers/ds-x").status()).isEqualTo(503);
        assertThat(stack.get("/v1/recipes").headers().firstValue("Retry-After")).hasValue("2");
        stack.startPostgres();
        stack.awaitReady();

        cleans("ds-after-database");
    }

    private void cleans(String dataset) {
        stack.publish(
                Topics.ROWS_RECEIVED,
                List.of(Rows.received(dataset, 1, Rows.NONE, "Why?", "Because.")));
        seal(dataset, 1);
        assertThat(stack.awaitCleaned(dataset).path("kept").asInt()).isEqualTo(1);
    }

    /** Two kills: one while rows flow, one while rows that were sent again flow. */
    private void killInTheMiddle(String dataset, boolean losesState) throws IOException {
        List<RowReceived> rows = Rows.random(dataset, 12_000, 9);
        stack.publish(Topics.ROWS_RECEIVED, rows);
        killWhenPartlyDone(dataset, 1_000, rows.size(), losesState);
        stack.publish(Topics.ROWS_RECEIVED, rows.subList(0, 9_000));
        killWhenPartlyDone(dataset, 3_000, 21_000, losesState);
        seal(dataset, rows.size());

        JsonNode ledger = stack.awaitCleaned(dataset);

        assertThat(ledger.path("received").asInt()).isEqualTo(rows.size());
        assertThat(ledger.path("balanced").asBoolean()).isTrue();
        Map<String, String> outcomes = new HashMap<>();
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(published(dataset)).hasSizeGreaterThanOrEqualTo(21_000));
        for (Outcome outcome : published(dataset)) {
            String before = outcomes.putIfAbsent(outcome.rowId(), outcome.what());
            assertThat(before).as("outcome of %s", outcome.rowId()).isIn(null, outcome.what());
        }
        assertThat(outcomes).hasSize(rows.size());
        assertThat(published(dataset)).hasSize(21_000);
        assertThat(outcomes.values().stream().filter("kept"::equals))
                .hasSize(ledger.path("kept").asInt());
        List<String> kept =
                stack.rows(Topics.ROWS_CLEANED, RowCleaned.class, dataset).stream()
                        .map(row -> row.digest() + "=" + row.origin().rowId())
                        .distinct()
                        .toList();
        assertThat(kept.stream().map(entry -> entry.substring(0, 64)))
                .as("no digest is kept for two rows")
                .doesNotHaveDuplicates();
        assertThat(
                        stack.events(Topics.DATASETS_HISTORY, DatasetCleaned.class).stream()
                                .filter(event -> event.datasetId().equals(dataset)))
                .hasSize(1);
    }

    private void killWhenPartlyDone(String dataset, int outcomes, int all, boolean losesState)
            throws IOException {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> processed(dataset) >= outcomes);
        stack.killService();
        assertThat(published(dataset).size()).as("rows done at the kill").isLessThan(all);
        if (losesState) {
            stack.deleteState();
        }
        stack.launchService();
    }

    private long processed(String dataset) {
        try {
            JsonNode ledger = stack.get("/v1/ledgers/" + dataset).json();
            return ledger.path("kept").asLong()
                    + ledger.path("rejected").asLong()
                    + ledger.path("duplicate").asLong();
        } catch (UncheckedIOException e) {
            return 0;
        }
    }

    private record Outcome(String rowId, String what) {}

    private List<Outcome> published(String dataset) {
        return Stream.concat(
                        stack.rows(Topics.ROWS_CLEANED, RowCleaned.class, dataset).stream()
                                .map(row -> new Outcome(row.origin().rowId(), "kept")),
                        stack.rows(Topics.ROWS_REJECTED, RowRejected.class, dataset).stream()
                                .map(row ->
                                        new Outcome(
                                                row.origin().rowId(),
                                                row.stage() + " " + row.rule())))
                .toList();
    }

    private void seal(String dataset, long rows) {
        stack.publish(
                Topics.DATASETS_HISTORY,
                List.of(
                        new DatasetOpened(dataset, "n", Rows.MEDICAL, Instant.ofEpochSecond(1)),
                        new DatasetSealed(dataset, "n", Rows.MEDICAL, rows, 0)));
    }
}
