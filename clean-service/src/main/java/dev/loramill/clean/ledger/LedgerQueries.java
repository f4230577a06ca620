package dev.loramill.clean.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.loramill.events.ChatMessage;
import dev.loramill.events.EventJson;
import dev.loramill.events.RowOrigin;
import dev.loramill.http.Page;
import dev.loramill.http.PageRequest;
import dev.loramill.http.RefusedException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of the ledger. Rows are read with SQL, as they are written: see {@link
 * RowOutcomeTable}.
 */
@ApplicationScoped
public class LedgerQueries {
    /** Bytes of rows that a page has at most, unless one row has more. */
    static final long PAGE_BYTES = 2 << 20;

    private final DatasetLedgerRepository datasets;
    private final DataSource dataSource;

    LedgerQueries(DatasetLedgerRepository datasets, DataSource dataSource) {
        this.datasets = datasets;
        this.dataSource = dataSource;
    }

    /**
     * How many rows a rule refused, or changed.
     *
     * @param rule id of the rule
     * @param stage who applied it: {@code ingest}, {@code clean} or {@code duplicate}
     * @param count rows
     */
    public record RuleCount(String rule, String stage, long count) {}

    /**
     * A row before and after.
     *
     * @param rowId id of the row in its dataset
     * @param origin where it came from
     * @param outcome {@code kept}, {@code rejected} or {@code duplicate}
     * @param rule rule that refused it; null when kept
     * @param stage who refused it; null when kept
     * @param reason why; null when kept
     * @param rulesApplied rules that changed it, in order
     * @param before messages as they came, or the raw line as a string
     * @param after messages as they were kept; null unless kept
     */
    public record RowView(
            String rowId,
            RowOrigin origin,
            String outcome,
            @Nullable String rule,
            @Nullable String stage,
            @Nullable String reason,
            List<String> rulesApplied,
            @Schema(description = "Messages as they came; at the door the line as a string")
                    Object before,
            @Nullable List<ChatMessage> after) {}

    /** Which rows are asked for. */
    public enum Selection {
        /** Rows in the dataset. */
        KEPT,
        /** Rows in the dataset that a rule changed. */
        CHANGED,
        /** Rows refused at the door or by a rule. */
        REJECTED,
        /** Rows equal to a kept one. */
        DUPLICATE
    }

    /**
     * Counts of a dataset.
     *
     * @throws RefusedException when the dataset is not known here
     */
    @Transactional
    public DatasetLedger ledger(String datasetId) {
        return datasets.findByIdOptional(datasetId)
                .filter(dataset -> !dataset.isDeleted())
                .orElseThrow(() ->
                        RefusedException.missing(
                                "dataset_not_found",
                                "dataset",
                                "no row and no event of dataset \"%s\" has come here, or it was deleted"
                                        .formatted(datasetId)));
    }

    /** A page of the datasets, the newest first. */
    @Transactional
    public Page<DatasetLedger> ledgers(PageRequest page) {
        return Page.of(datasets.page(page), page.limit(), DatasetLedger::id);
    }

    /** Rows refused by each rule, most first. */
    public List<RuleCount> refusals(String datasetId) throws SQLException {
        return counts(
                """
                SELECT rule, stage, count(*) FROM row_outcome
                WHERE dataset_id = ? AND outcome <> 'kept'
                GROUP BY rule, stage ORDER BY count(*) DESC, rule
                """,
                datasetId);
    }

    /** Kept rows changed by each rule, most first. */
    public List<RuleCount> changes(String datasetId) throws SQLException {
        return counts(
                """
                SELECT applied.rule, 'clean' AS stage, count(*)
                FROM row_outcome,
                     unnest(string_to_array(rules_applied, ',')) AS applied (rule)
                WHERE dataset_id = ? AND outcome = 'kept'
                GROUP BY applied.rule ORDER BY count(*) DESC, applied.rule
                """,
                datasetId);
    }

    /**
     * A page of the rows of a dataset, in the order of their origin. It has at most {@value
     * #PAGE_BYTES} bytes of rows, or one row, so that it may have fewer than asked for while more
     * follow.
     *
     * @param rule only rows that this rule refused or changed; null for all
     * @throws RefusedException when the page is to begin after a row that the dataset does not have
     */
    public Page<RowView> rows(
            String datasetId, Selection selection, @Nullable String rule, PageRequest page)
            throws SQLException {
        String where =
                switch (selection) {
                    case KEPT -> "outcome = 'kept'";
                    case CHANGED -> "outcome = 'kept' AND rules_applied IS NOT NULL";
                    case REJECTED -> "outcome = 'rejected'";
                    case DUPLICATE -> "outcome = 'duplicate'";
                };
        String byRule =
                rule == null
                        ? ""
                        : switch (selection) {
                            case KEPT, CHANGED ->
                                    " AND ? = ANY(string_to_array(rules_applied, ','))";
                            case REJECTED, DUPLICATE -> " AND rule = ?";
                        };
        Place after = page.after() == null ? null : place(datasetId, page.after());
        String behind = after == null ? "" : " AND (source, line) > (?, ?)";
        // What is read of a row is its size, until it is known to be on the page.
        String size = "octet_length(coalesce(messages, '')) + octet_length(coalesce(original, ''))";
        String sql =
                "SELECT * FROM (SELECT found.*, count(*) OVER () AS found,"
                        + " row_number() OVER (ORDER BY source, line) AS place,"
                        + " sum(size) OVER (ORDER BY source, line, row_id) AS bytes"
                        + " FROM (SELECT *, "
                        + size
                        + " AS size FROM row_outcome WHERE dataset_id = ? AND "
                        + where
                        + byRule
                        + behind
                        + " ORDER BY source, line LIMIT ?) AS found) AS page"
                        + " WHERE place = 1 OR (place <= ? AND bytes <= ?) ORDER BY source, line";
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement(sql)) {
            int parameter = 1;
            select.setString(parameter++, datasetId);
            if (rule != null) {
                select.setString(parameter++, rule);
            }
            if (after != null) {
                select.setString(parameter++, after.source());
                select.setLong(parameter++, after.line());
            }
            select.setInt(parameter++, page.limit() + 1);
            select.setInt(parameter++, page.limit());
            select.setLong(parameter, PAGE_BYTES);
            try (ResultSet result = select.executeQuery()) {
                List<RowView> rows = new ArrayList<>();
                long found = 0;
                while (result.next()) {
                    rows.add(view(result));
                    found = result.getLong("found");
                }
                Page<RowView> whole = Page.whole(rows, RowView::rowId);
                return new Page<>(
                        whole.object(),
                        whole.data(),
                        whole.firstId(),
                        whole.lastId(),
                        found > rows.size());
            }
        }
    }

    /** Where a row stands in the order of its dataset. */
    private record Place(String source, long line) {}

    private Place place(String datasetId, String rowId) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select =
                        connection.prepareStatement(
                                "SELECT source, line FROM row_outcome WHERE dataset_id = ? AND row_id = ?")) {
            select.setString(1, datasetId);
            select.setString(2, rowId);
            try (ResultSet result = select.executeQuery()) {
                if (!result.next()) {
                    throw RefusedException.invalid(
                            "invalid_value",
                            "after",
                            "after must be the id of a row of dataset \"%s\", got \"%s\""
                                    .formatted(datasetId, rowId));
                }
                return new Place(RowOutcomeTable.text(result, "source"), result.getLong("line"));
            }
        }
    }

    private List<RuleCount> counts(String sql, String datasetId) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, datasetId);
            try (ResultSet result = select.executeQuery()) {
                List<RuleCount> counts = new ArrayList<>();
                while (result.next()) {
                    counts.add(
                            new RuleCount(
                                    RowOutcomeTable.text(result, "rule"),
                                    RowOutcomeTable.text(result, "stage"),
                                    result.getLong("count")));
                }
                return List.copyOf(counts);
            }
        }
    }

    private static RowView view(ResultSet result) throws SQLException {
        String original = result.getString("original");
        String messages = result.getString("messages");
        String applied = result.getString("rules_applied");
        String before = original == null ? messages : original;
        return new RowView(
                RowOutcomeTable.text(result, "row_id"),
                new RowOrigin(RowOutcomeTable.text(result, "source"), result.getLong("line")),
                RowOutcomeTable.text(result, "outcome"),
                result.getString("rule"),
                result.getString("stage"),
                result.getString("reason"),
                applied == null ? List.of() : List.of(applied.split(",", -1)),
                json(before == null ? "null" : before),
                messages == null ? null : RowOutcome.messagesOf(messages));
    }

    private static JsonNode json(String text) {
        try {
            return EventJson.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            // Rows of somebody else's writing are shown as they are.
            return TextNode.valueOf(text);
        }
    }
}
