package dev.loramill.clean.topology;

import dev.loramill.clean.recipe.CleaningOutcome;
import dev.loramill.clean.recipe.CompiledRecipe;
import dev.loramill.clean.recipe.RecipeLookup;
import dev.loramill.clean.recipe.UnusableRecipeException;
import dev.loramill.events.EventEnvelope;
import dev.loramill.events.EventJson;
import dev.loramill.events.KafkaEvents;
import dev.loramill.events.RowCleaned;
import dev.loramill.events.RowDigests;
import dev.loramill.events.RowReceived;
import dev.loramill.events.RowRejected;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Applies to each received row the recipe that it names. A row that is refused for what may be
 * otherwise later, such as a recipe that nobody has stored yet, is remembered: when it comes again
 * it has the outcome that it had before, else it could be kept for the search for duplicates and
 * refused in the ledger.
 */
final class ApplyRecipe extends TopologyStep {
    /** Rule named when a row names a recipe that was never stored. */
    static final String UNKNOWN_RECIPE = "unknown-recipe";

    /** Rule named when a stored recipe cannot be run by this version. */
    static final String UNUSABLE_RECIPE = "unusable-recipe";

    /** Rule named when a row has become larger than a topic takes. */
    static final String TOO_LARGE = "too-large";

    /** Store of the rows that were refused for what may be otherwise later: row to rule. */
    static final String STORE = "refused-rows";

    private final RecipeLookup recipes;
    private @Nullable KeyValueStore<String, String> refused;

    ApplyRecipe(RecipeLookup recipes, TakenRows taken) {
        super(taken);
        this.recipes = recipes;
    }

    @Override
    public void init(ProcessorContext<String, RowStep> context) {
        super.init(context);
        refused = context.getStateStore(STORE);
    }

    @Override
    Record<String, RowStep> take(Record<String, byte[]> record) {
        EventEnvelope envelope = KafkaEvents.read(record.headers(), record.value());
        if (envelope.event() instanceof RowReceived row) {
            return clean(row, record.timestamp(), record.headers());
        }
        throw new IllegalArgumentException(
                "a record of this topic must be a received row, it is a "
                        + envelope.event().getClass().getSimpleName());
    }

    private Record<String, RowStep> clean(RowReceived row, long timestamp, Headers received) {
        return switch (outcome(row)) {
            case CleaningOutcome.Kept kept -> {
                Record<String, RowStep> candidate = candidate(row, kept, timestamp, received);
                yield size(candidate) <= mostBytes()
                        ? candidate
                        : rejected(
                                row,
                                remember(
                                        row,
                                        TOO_LARGE,
                                        "the cleaned row takes %d bytes with what it was before, a record may have %d"
                                                .formatted(size(candidate), mostBytes())),
                                timestamp,
                                received);
            }
            case CleaningOutcome.Refused refusal -> rejected(row, refusal, timestamp, received);
        };
    }

    private CleaningOutcome outcome(RowReceived row) {
        String before = store().get(name(row));
        if (before != null) {
            return new CleaningOutcome.Refused(
                    before, "this row came before and was refused by \"%s\"".formatted(before));
        }
        Optional<CompiledRecipe> recipe;
        try {
            recipe = recipes.find(row.recipe().digest());
        } catch (UnusableRecipeException e) {
            return remember(
                    row,
                    UNUSABLE_RECIPE,
                    "recipe \"%s\" with digest %s cannot be run: %s"
                            .formatted(row.recipe().name(), row.recipe().digest(), e.getMessage()));
        }
        return recipe.isPresent()
                ? recipe.get().clean(row.messages())
                : remember(
                        row,
                        UNKNOWN_RECIPE,
                        "recipe \"%s\" with digest %s was never stored here"
                                .formatted(row.recipe().name(), row.recipe().digest()));
    }

    private CleaningOutcome.Refused remember(RowReceived row, String rule, String reason) {
        store().put(name(row), rule);
        return new CleaningOutcome.Refused(rule, reason);
    }

    private KeyValueStore<String, String> store() {
        KeyValueStore<String, String> store = refused;
        if (store == null) {
            throw new IllegalStateException("ApplyRecipe is used before init");
        }
        return store;
    }

    private static String name(RowReceived row) {
        return row.datasetId() + "/" + row.origin().rowId();
    }

    private static Record<String, RowStep> candidate(
            RowReceived row, CleaningOutcome.Kept kept, long timestamp, Headers received) {
        RowCleaned cleaned =
                new RowCleaned(
                        row.datasetId(),
                        row.origin(),
                        RowDigests.of(kept.messages()),
                        row.digest(),
                        kept.messages(),
                        row.recipe(),
                        kept.rulesApplied());
        Headers headers = RowHeaders.of(cleaned, timestamp, received);
        if (!kept.rulesApplied().isEmpty()) {
            headers.add(RowHeaders.ORIGINAL, RowHeaders.utf8(json(row.messages())));
        }
        return new Record<>(
                cleaned.key(),
                new RowStep(RowStep.Kind.CANDIDATE, EventJson.write(cleaned)),
                timestamp,
                headers);
    }

    private Record<String, RowStep> rejected(
            RowReceived row, CleaningOutcome.Refused refusal, long timestamp, Headers received) {
        return rejected(
                new RowRejected(
                        row.datasetId(),
                        row.origin(),
                        RowRejected.Stage.CLEAN,
                        refusal.rule(),
                        refusal.reason(),
                        json(row.messages()),
                        row.recipe()),
                timestamp,
                received);
    }
}
