package dev.loramill.clean.topology;

import dev.loramill.clean.recipe.RecipeLookup;
import dev.loramill.events.Topics;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;

/**
 * The way of a row: {@code rows.received}, recipe, brought together by cleaned digest, search for
 * duplicates, {@code rows.cleaned} or {@code rows.rejected}. What is no row goes to the dead-letter
 * queue of {@code rows.received}, whichever topic it was on.
 */
final class CleaningTopology {
    private static final Serde<String> KEY = Serdes.String();
    private static final Serde<byte[]> BODY = Serdes.ByteArray();

    private CleaningTopology() {}

    /**
     * Builds the topology.
     *
     * @param stores makes what keeps the rows that were first, {@link FindDuplicate#STORE}, and
     *     those that are refused whenever they come, {@link ApplyRecipe#STORE}
     */
    static Topology build(
            RecipeLookup recipes,
            Function<String, KeyValueBytesStoreSupplier> stores,
            TakenRows taken) {
        StreamsBuilder builder = new StreamsBuilder();
        for (String store : List.of(FindDuplicate.STORE, ApplyRecipe.STORE)) {
            builder.addStateStore(Stores.keyValueStoreBuilder(stores.apply(store), KEY, KEY));
        }
        KStream<String, RowStep> cleaned =
                builder.stream(
                                Topics.ROWS_RECEIVED,
                                Consumed.with(KEY, BODY).withName("rows-received"))
                        .process(
                                () -> new ApplyRecipe(recipes, taken),
                                Named.as("apply-recipe"),
                                ApplyRecipe.STORE);
        KStream<String, RowStep> deduplicated =
                bodies(cleaned, RowStep.Kind.CANDIDATE)
                        .repartition(Repartitioned.with(KEY, BODY).withName("candidates"))
                        .process(
                                () -> new FindDuplicate(taken),
                                Named.as("find-duplicate"),
                                FindDuplicate.STORE);
        Produced<String, byte[]> produced = Produced.with(KEY, BODY);
        bodies(cleaned, RowStep.Kind.REJECTED).to(Topics.ROWS_REJECTED, produced);
        String deadLetters = Topics.deadLetters(Topics.ROWS_RECEIVED);
        bodies(cleaned, RowStep.Kind.UNREADABLE).to(deadLetters, produced);
        bodies(deduplicated, RowStep.Kind.UNREADABLE).to(deadLetters, produced);
        bodies(deduplicated, RowStep.Kind.KEPT).to(Topics.ROWS_CLEANED, produced);
        bodies(deduplicated, RowStep.Kind.REJECTED).to(Topics.ROWS_REJECTED, produced);
        return builder.build();
    }

    @SuppressWarnings("NullAway") // a dead letter may have no value
    private static KStream<String, byte[]> bodies(
            KStream<String, RowStep> steps, RowStep.Kind kind) {
        return steps.filter((_, step) -> step.kind() == kind).mapValues(RowStep::body);
    }
}
