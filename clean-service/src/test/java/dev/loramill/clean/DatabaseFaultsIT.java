package dev.loramill.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.loramill.clean.stack.CleanStack;
import dev.loramill.clean.stack.Rows;
import dev.loramill.clean.stack.SharedCleanStack;
import dev.loramill.events.DatasetFrozen;
import dev.loramill.events.DatasetOpened;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.FreezeRequest;
import dev.loramill.events.FreezeRequested;
import dev.loramill.events.RowReceived;
import dev.loramill.events.Topics;
import dev.loramill.stack.HttpAnswer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What stands in the database when a statement fails or waits, seen from outside. */
@ExtendWith(SharedCleanStack.class)
class DatabaseFaultsIT {
    private static final int LOCK = 4711;

    private final CleanStack stack;

    DatabaseFaultsIT(CleanStack stack) {
        this.stack = stack;
    }

    @Test
    void aRecipeWhoseNameCannotBeStoredIsNotStoredAtAll() throws SQLException {
        String recipe =
                """
                {"name":"half","description":"d","rules":[],"examples":[]}
                """;
        execute(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
                        + " $$ BEGIN RAISE EXCEPTION 'refused'; END $$",
                "CREATE TRIGGER refuse BEFORE INSERT ON recipe_name FOR EACH ROW"
                        + " WHEN (NEW.name = 'half') EXECUTE FUNCTION refuse()");
        try {
            assertThat(stack.post("/v1/recipes", recipe).status()).isGreaterThanOrEqualTo(500);
        } finally {
            execute("DROP TRIGGER refuse ON recipe_name", "DROP FUNCTION refuse");
        }

        assertThat(number("SELECT count(*) FROM recipe WHERE name = 'half'")).isZero();
    }

    @Test
    void aFreezeThatWaitsHoldsUpNoOther() throws SQLException {
        clean("ds-slow");
        clean("ds-quick");
        hold("ds-slow");
        CompletableFuture<HttpAnswer> slow;
        try (Connection holder = stack.database().getConnection();
                Statement lock = holder.createStatement()) {
            lock.execute("SELECT pg_advisory_lock(%d)".formatted(LOCK));
            slow = CompletableFuture.supplyAsync(() -> freeze("ds-slow"));
            awaitHeld();

            CompletableFuture<HttpAnswer> quick =
                    CompletableFuture.supplyAsync(() -> freeze("ds-quick"));

            await().atMost(Duration.ofSeconds(20)).until(quick::isDone);
            assertThat(quick.join().status()).isEqualTo(200);
            assertThat(slow).isNotDone();
        } finally {
            letGo();
        }
        assertThat(slow.join().status()).isEqualTo(200);
    }

    @Test
    void aRequestWhoseFreezingWasKilledIsAnsweredOnceAfterTheRestart() throws Exception {
        clean("ds-killed");
        FreezeRequested asked =
                FreezeRequested.of(
                        "ds-killed",
                        new FreezeRequest(
                                CleanStack.BASE,
                                null,
                                42,
                                0.1,
                                512,
                                FreezeRequest.OverLength.DROP,
                                null),
                        "job-1");
        hold("ds-killed");
        try (Connection holder = stack.database().getConnection();
                Statement lock = holder.createStatement()) {
            lock.execute("SELECT pg_advisory_lock(%d)".formatted(LOCK));
            stack.publish(asked);
            awaitHeld();
            stack.killService();
        }
        letGo();
        stack.startService();

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(answers(asked)).hasSize(1));
        assertThat(number("SELECT count(*) FROM dataset_version WHERE dataset_id = 'ds-killed'"))
                .isOne();
    }

    private List<DatasetFrozen> answers(FreezeRequested asked) {
        return stack.events(Topics.DATASETS_HISTORY, DatasetFrozen.class).stream()
                .filter(event -> asked.requestDigest().equals(event.requestDigest()))
                .toList();
    }

    /** Lets versions of a dataset wait for a lock when they are inserted. */
    private void hold(String dataset) throws SQLException {
        execute(
                "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM"
                        + " pg_advisory_xact_lock(%d); RETURN NEW; END $$".formatted(LOCK),
                "CREATE TRIGGER hold BEFORE INSERT ON dataset_version FOR EACH ROW"
                        + " WHEN (NEW.dataset_id = '%s') EXECUTE FUNCTION hold()"
                                .formatted(dataset));
    }

    private void awaitHeld() {
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        number(
                                        "SELECT count(*) FROM pg_locks WHERE NOT granted AND"
                                                + " locktype = 'advisory' AND objid = "
                                                + LOCK)
                                == 1);
    }

    private void letGo() throws SQLException {
        execute("DROP TRIGGER hold ON dataset_version", "DROP FUNCTION hold");
    }

    @Test
    void recordsThatAreNoEventsCostNoTransactionOfTheirOwn() throws SQLException {
        long undone = rollbacks();
        for (int i = 0; i < 100; i++) {
            stack.publish(
                    new ProducerRecord<>(
                            Topics.ROWS_CLEANED,
                            0,
                            "k",
                            "poison".getBytes(StandardCharsets.UTF_8)));
        }

        await().atMost(Duration.ofSeconds(60))
                .until(() -> stack.recordCount(Topics.deadLetters(Topics.ROWS_CLEANED)) >= 100);
        assertThat(rollbacks() - undone).as("transactions rolled back").isLessThan(10);
    }

    /** Counted by the server when a connection has been idle for a second. */
    private long rollbacks() throws SQLException {
        return await().during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                number(
                                        "SELECT xact_rollback FROM pg_stat_database WHERE datname ="
                                                + " current_database()"),
                        new Unchanged()::test);
    }

    /** Whether a number is the one before. */
    private static final class Unchanged {
        private long before = -1;

        boolean test(long now) {
            boolean isSame = now == before;
            before = now;
            return isSame;
        }
    }

    private HttpAnswer freeze(String dataset) {
        return stack.post(
                "/v1/ledgers/" + dataset + "/freeze",
                "{\"base\":\"%s\"}".formatted(CleanStack.BASE));
    }

    private void clean(String dataset) {
        List<RowReceived> rows = new ArrayList<>();
        for (int line = 1; line <= 20; line++) {
            rows.add(
                    Rows.received(
                            dataset, line, Rows.NONE, dataset + " why " + line, "Because " + line));
        }
        stack.publish(Topics.ROWS_RECEIVED, rows);
        stack.publish(
                Topics.DATASETS_HISTORY,
                List.of(
                        new DatasetOpened(dataset, "n", Rows.NONE, Instant.ofEpochSecond(1)),
                        new DatasetSealed(dataset, "n", Rows.NONE, rows.size(), 0)));
        stack.awaitCleaned(dataset);
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = stack.database().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = stack.database().getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }
}
