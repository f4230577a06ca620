package dev.loramill.clean.ledger;

import dev.loramill.events.RecipeReference;
import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The ledger over HTTP. */
@Path("/v1/ledgers")
@Blocking
class LedgerResource {
    private static final int USUAL_LIMIT = 20;
    private static final int MAX_LIMIT = 1_000;

    private final LedgerQueries queries;

    LedgerResource(LedgerQueries queries) {
        this.queries = queries;
    }

    @GET
    public Page<LedgerSummary> list(
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after) {
        return queries.ledgers(PageRequest.newestFirst(limit, after, USUAL_LIMIT, MAX_LIMIT))
                .map(LedgerSummary::of);
    }

    @GET
    @Path("{id}")
    public LedgerView ledger(@PathParam("id") String id) throws SQLException {
        return LedgerView.of(queries.ledger(id), queries.refusals(id), queries.changes(id));
    }

    @GET
    @Path("{id}/rows")
    public Page<LedgerQueries.RowView> rows(
            @PathParam("id") String id,
            @QueryParam("outcome") @DefaultValue("kept") String outcome,
            @QueryParam("rule") @Nullable String rule,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after)
            throws SQLException {
        LedgerQueries.Selection selection = selection(outcome);
        queries.ledger(id);
        return queries.rows(
                id, selection, rule, PageRequest.newestFirst(limit, after, USUAL_LIMIT, MAX_LIMIT));
    }

    private static LedgerQueries.Selection selection(String outcome) {
        for (LedgerQueries.Selection selection : LedgerQueries.Selection.values()) {
            if (selection.name().toLowerCase(Locale.ROOT).equals(outcome)) {
                return selection;
            }
        }
        throw RefusedException.invalid(
                "invalid_outcome",
                "outcome",
                "outcome must be one of kept, changed, rejected, duplicate, got \"%s\""
                        .formatted(outcome));
    }

    record LedgerSummary(
            String object,
            String dataset,
            @Nullable String name,
            String state,
            long received,
            long kept,
            long rejected,
            long duplicate) {
        static LedgerSummary of(DatasetLedger ledger) {
            return new LedgerSummary(
                    "dataset.ledger",
                    ledger.id(),
                    ledger.name(),
                    ledger.state(),
                    ledger.received(),
                    ledger.kept(),
                    ledger.rejected(),
                    ledger.duplicate());
        }
    }

    record ChangeCount(String rule, long count) {}

    record LedgerView(
            String object,
            String dataset,
            @Nullable String name,
            @Nullable RecipeReference recipe,
            String state,
            long received,
            long pending,
            long kept,
            long rejected,
            long duplicate,
            boolean balanced,
            List<LedgerQueries.RuleCount> rules,
            List<ChangeCount> changedBy) {
        static LedgerView of(
                DatasetLedger ledger,
                List<LedgerQueries.RuleCount> refusals,
                List<LedgerQueries.RuleCount> changes) {
            return new LedgerView(
                    "dataset.ledger",
                    ledger.id(),
                    ledger.name(),
                    ledger.recipe(),
                    ledger.state(),
                    ledger.received(),
                    ledger.received() - ledger.processed(),
                    ledger.kept(),
                    ledger.rejected(),
                    ledger.duplicate(),
                    ledger.received() == ledger.processed(),
                    refusals,
                    changes.stream()
                            .map(change -> new ChangeCount(change.rule(), change.count()))
                            .toList());
        }
    }
}
