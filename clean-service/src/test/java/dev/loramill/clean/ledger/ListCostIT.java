package dev.loramill.clean.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.clean.ledger.LedgerQueries.RowView;
import dev.loramill.clean.ledger.LedgerQueries.Selection;
import dev.loramill.clean.stack.CleanResources;
import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A page touches the rows that it shows, however many there are before and behind it. */
@QuarkusTest
@QuarkusTestResource(CleanResources.class)
class ListCostIT {
    private static final String DATASET = "ds-of-many";
    private static final int ROWS = 6_000;
    private static final int LIMIT = 20;

    /** Rows of an index that are looked at beside those that are shown. */
    private static final long ASIDE = 20;

    @Inject LedgerQueries ledgers;
    @Inject EntityManager database;

    /** One row in three is kept, and half of those were changed; the others are refused. */
    @BeforeEach
    void fill() {
        QuarkusTransaction.requiringNew()
                .run(() -> {
                    update(
                            "INSERT INTO dataset (id) VALUES ('%s') ON CONFLICT DO NOTHING"
                                    .formatted(DATASET));
                    update(
                            """
                            INSERT INTO row_outcome (dataset_id, row_id, outcome, source, line,
                                                     stage, rule, reason, digest, messages,
                                                     original, rules_applied)
                            SELECT 'DATASET', 'file-1:' || n,
                                   CASE n % 3 WHEN 0 THEN 'kept' WHEN 1 THEN 'rejected'
                                               ELSE 'duplicate' END,
                                   'file-1', n,
                                   CASE WHEN n % 3 = 0 THEN NULL ELSE 'clean' END,
                                   CASE WHEN n % 3 = 0 THEN NULL ELSE 'rule-' || n % 2 END,
                                   CASE WHEN n % 3 = 0 THEN NULL ELSE 'so' END,
                                   CASE WHEN n % 3 = 0 THEN lpad(n::text, 64, '0') END,
                                   CASE WHEN n % 3 = 0 THEN '[]' END,
                                   CASE WHEN n % 3 = 0 AND n % 2 = 0 THEN NULL ELSE '[]' END,
                                   CASE WHEN n % 6 = 3 THEN 'rule-1' END
                            FROM generate_series(1, ROWS) AS n ON CONFLICT DO NOTHING
                            """
                                    .replace("DATASET", DATASET)
                                    .replace("ROWS", Integer.toString(ROWS)));
                });
        QuarkusTransaction.requiringNew().run(() -> update("ANALYZE row_outcome"));
    }

    @ParameterizedTest
    @CsvSource({
        "KEPT,",
        "CHANGED,",
        "CHANGED,rule-1",
        "REJECTED,",
        "REJECTED,rule-1",
        "DUPLICATE,",
        "DUPLICATE,rule-0"
    })
    void aPageOfRowsTouchesWhatItShows(Selection selection, @Nullable String rule) {
        Page<RowView> first = page(selection, rule, null);
        // After some executions the server plans without looking at the values.
        for (int page = 0; page < 10; page++) {
            first = page(selection, rule, null);
        }
        String middle = Objects.requireNonNull(first.lastId());
        for (int page = 0; page < 10; page++) {
            middle = Objects.requireNonNull(page(selection, rule, middle).lastId());
        }

        assertThat(first.data()).hasSize(LIMIT);
        assertThat(touched(selection, rule, null)).isLessThanOrEqualTo(LIMIT + 1 + ASIDE);
        assertThat(touched(selection, rule, middle)).isLessThanOrEqualTo(LIMIT + 1 + ASIDE);
    }

    @Test
    void aRowThatIsNotThereIsRefusedAsTheBeginningOfAPage() {
        assertThatThrownBy(() -> page(Selection.KEPT, null, "file-9:1"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("file-9:1");
    }

    private Page<RowView> page(Selection selection, @Nullable String rule, @Nullable String after) {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        ledgers.rows(
                                DATASET,
                                selection,
                                rule,
                                PageRequest.newestFirst(
                                        Integer.toString(LIMIT), after, LIMIT, LIMIT)));
    }

    /** Rows of the table that a page reads, by index or without. */
    private long touched(Selection selection, @Nullable String rule, @Nullable String after) {
        return QuarkusTransaction.requiringNew()
                .call(() -> {
                    long before = read();
                    ledgers.rows(
                            DATASET,
                            selection,
                            rule,
                            PageRequest.newestFirst(Integer.toString(LIMIT), after, LIMIT, LIMIT));
                    return read() - before;
                });
    }

    private long read() {
        return ((Number)
                        database.createNativeQuery(
                                        "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'row_outcome'")
                                .getSingleResult())
                .longValue();
    }

    private void update(String statement) {
        database.createNativeQuery(statement).executeUpdate();
    }
}
