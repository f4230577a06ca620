package dev.loramill.clean.ledger;

import dev.loramill.events.DatasetCleaned;
import dev.loramill.events.DatasetDeleted;
import dev.loramill.events.DatasetEvent;
import dev.loramill.events.DatasetSealed;
import dev.loramill.events.RecipeReference;
import dev.loramill.events.RowCounts;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A dataset as its events tell, with the counts of its rows' outcomes. */
@Entity(name = "DatasetLedger")
@Table(name = "dataset")
public class DatasetLedger {
    private static final String OPEN = "open";
    private static final String SEALED = "sealed";
    private static final String CLEANED = "cleaned";

    /** Only the id is left. */
    static final String DELETED = "deleted";

    @Id
    @Column(name = "id", updatable = false)
    String id;

    @Column(name = "name")
    @Nullable String name;

    @Column(name = "recipe_name")
    @Nullable String recipeName;

    @Column(name = "recipe_digest")
    @Nullable String recipeDigest;

    @Column(name = "state", nullable = false)
    String state = OPEN;

    @Column(name = "row_count")
    @Nullable Long rowCount;

    @Column(name = "refused_count")
    @Nullable Long refusedCount;

    @Column(name = "kept", nullable = false)
    long kept;

    @Column(name = "rejected", nullable = false)
    long rejected;

    @Column(name = "duplicate", nullable = false)
    long duplicate;

    @Column(name = "trace_parent")
    @Nullable String traceParent;

    @Column(name = "seen_at", nullable = false, updatable = false)
    Instant seenAt;

    /** For Hibernate. */
    protected DatasetLedger() {
        this.id = "";
        this.seenAt = Instant.EPOCH;
    }

    /** Id of the dataset. */
    public String id() {
        return id;
    }

    /** Its name; null until the event that opened it was read. */
    public @Nullable String name() {
        return name;
    }

    /** Its recipe; null until the event that opened it was read. */
    public @Nullable RecipeReference recipe() {
        return recipeName == null || recipeDigest == null
                ? null
                : new RecipeReference(recipeName, recipeDigest);
    }

    /** {@code open}, {@code sealed} or {@code cleaned}. */
    public String state() {
        return state;
    }

    /** Rows kept. */
    public long kept() {
        return kept;
    }

    /** Rows refused at the door or by a rule. */
    public long rejected() {
        return rejected;
    }

    /** Rows equal to a kept one. */
    public long duplicate() {
        return duplicate;
    }

    /** Rows that have an outcome. */
    public long processed() {
        return kept + rejected + duplicate;
    }

    /** Rows that came to the door; while the dataset is open, those that have an outcome. */
    public long received() {
        return rowCount == null ? processed() : rowCount;
    }

    /** What is announced of a cleaned dataset; empty while it is none. */
    public Optional<DatasetCleaned> cleaned() {
        RecipeReference recipe = recipe();
        if (!state.equals(CLEANED)) {
            return Optional.empty();
        }
        if (recipe == null || name == null) {
            throw new IllegalStateException(
                    "dataset \"%s\" is cleaned without a name and a recipe".formatted(id));
        }
        return Optional.of(
                new DatasetCleaned(
                        id, name, recipe, new RowCounts(received(), kept, rejected, duplicate)));
    }

    /** Adds to the counts. */
    void count(RowOutcomeTable.Added added) {
        kept += added.kept();
        rejected += added.rejected();
        duplicate += added.duplicate();
    }

    /** Trace of the event that sealed the dataset; null when it is not traced. */
    @Nullable String traceParent() {
        return traceParent;
    }

    /**
     * Takes over what an event says; a state never goes back.
     *
     * @param parent trace of the event; that which sealed the dataset is gone on with
     */
    void take(DatasetEvent event, @Nullable String parent) {
        if (event instanceof DatasetDeleted) {
            forget();
        }
        if (isDeleted()) {
            return;
        }
        name = event.name();
        recipeName = event.recipe().name();
        recipeDigest = event.recipe().digest();
        if (event instanceof DatasetSealed sealed && state.equals(OPEN)) {
            state = SEALED;
            rowCount = sealed.rowCount();
            refusedCount = sealed.refusedCount();
            traceParent = parent;
        }
    }

    /** Whether the dataset was deleted, after which nothing of it is kept. */
    boolean isDeleted() {
        return state.equals(DELETED);
    }

    private void forget() {
        state = DELETED;
        name = null;
        recipeName = null;
        recipeDigest = null;
        rowCount = null;
        refusedCount = null;
        traceParent = null;
        kept = 0;
        rejected = 0;
        duplicate = 0;
    }

    /** Becomes cleaned when it is sealed and every row has its outcome; says it once. */
    Optional<DatasetCleaned> complete() {
        if (!state.equals(SEALED) || rowCount == null || processed() != rowCount) {
            return Optional.empty();
        }
        state = CLEANED;
        return cleaned();
    }
}
