package dev.loramill.clean.topology;

import dev.loramill.events.EventJson;
import dev.loramill.events.RowCleaned;
import dev.loramill.events.RowRejected;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Lets the first row of each cleaned digest of a dataset pass and refuses the others. Which row was
 * first is remembered, so that a row that comes again has the outcome that it had before.
 */
final class FindDuplicate extends ContextualProcessor<String, byte[], String, RowStep> {
    /** Rule named in the rejection of a duplicate. */
    static final String RULE = "exact-duplicate";

    /** Store of the rows that were first: dataset and digest to row id. */
    static final String STORE = "kept-rows";

    private @Nullable KeyValueStore<String, String> first;

    @Override
    public void init(ProcessorContext<String, RowStep> context) {
        super.init(context);
        first = context.getStateStore(STORE);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        KeyValueStore<String, String> store = first;
        if (store == null) {
            throw new IllegalStateException("FindDuplicate is used before init");
        }
        RowCleaned row = EventJson.read(RowCleaned.class, record.value());
        String rowId = row.origin().rowId();
        String before = store.putIfAbsent(row.key(), rowId);
        if (before == null || before.equals(rowId)) {
            context().forward(record.withValue(new RowStep(RowStep.Kind.KEPT, record.value())));
            return;
        }
        Header original = record.headers().lastHeader(RowHeaders.ORIGINAL);
        RowRejected duplicate =
                new RowRejected(
                        row.datasetId(),
                        row.origin(),
                        RowRejected.Stage.DUPLICATE,
                        RULE,
                        "after cleaning it equals row \"%s\", which was kept".formatted(before),
                        original == null
                                ? ApplyRecipe.json(row.messages())
                                : new String(original.value(), StandardCharsets.UTF_8),
                        row.recipe());
        context()
                .forward(
                        new Record<>(
                                duplicate.key(),
                                new RowStep(RowStep.Kind.REJECTED, EventJson.write(duplicate)),
                                record.timestamp(),
                                RowHeaders.of(duplicate, record.timestamp(), record.headers())));
    }
}
