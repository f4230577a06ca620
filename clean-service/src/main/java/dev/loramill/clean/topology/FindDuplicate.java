package dev.loramill.clean.topology;

import dev.loramill.events.EventJson;
import dev.loramill.events.RowCleaned;
import dev.loramill.events.RowRejected;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Lets the first row of each cleaned digest of a dataset pass and refuses the others. Which row was
 * first is remembered, so that a row that comes again has the outcome that it had before.
 */
final class FindDuplicate extends TopologyStep {
    /** Rule named in the rejection of a duplicate. */
    static final String RULE = "exact-duplicate";

    /** Store of the rows that were first: dataset and digest to row id. */
    static final String STORE = "kept-rows";

    /** Longest id of a row that is believed, in characters. */
    private static final int LONGEST_ROW_ID = 2_000;

    /** A source and a line. */
    private static final Pattern ROW_ID = Pattern.compile("[^\\p{Cntrl}]+:\\d{1,19}");

    private @Nullable KeyValueStore<String, String> first;

    FindDuplicate(TakenRows taken) {
        super(taken);
    }

    @Override
    public void init(ProcessorContext<String, RowStep> context) {
        super.init(context);
        first = context.getStateStore(STORE);
    }

    @Override
    Record<String, RowStep> take(Record<String, byte[]> record) {
        KeyValueStore<String, String> store = first;
        if (store == null) {
            throw new IllegalStateException("FindDuplicate is used before init");
        }
        RowCleaned row = EventJson.read(RowCleaned.class, record.value());
        String rowId = row.origin().rowId();
        String before = store.get(row.key());
        if (before == null || !isRowId(before)) {
            // What is no id of a row comes from nobody that keeps rows; none is refused for it.
            store.put(row.key(), rowId);
            before = rowId;
        }
        if (before.equals(rowId)) {
            return record.withValue(new RowStep(RowStep.Kind.KEPT, record.value()));
        }
        Header original = record.headers().lastHeader(RowHeaders.ORIGINAL);
        return rejected(
                new RowRejected(
                        row.datasetId(),
                        row.origin(),
                        RowRejected.Stage.DUPLICATE,
                        RULE,
                        "after cleaning it equals row \"%s\", which was kept".formatted(before),
                        original == null || original.value() == null
                                ? json(row.messages())
                                : new String(original.value(), StandardCharsets.UTF_8),
                        row.recipe()),
                record.timestamp(),
                record.headers());
    }

    private static boolean isRowId(String id) {
        return id.length() <= LONGEST_ROW_ID && ROW_ID.matcher(id).matches();
    }
}
