package dev.loramill.ingest.row;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loramill.ingest.source.Line;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells the format of a source by the columns of its first JSON objects: the format that fits most
 * of them wins.
 */
public final class FormatDetector {
    private static final int OBJECTS_LOOKED_AT = 100;
    private static final int COLUMNS_SHOWN = 20;
    private static final int COLUMN_SHOWN = 80;
    private static final int BEGINNING_SHOWN = 40;

    private final Map<RowFormat, Integer> fits = new EnumMap<>(RowFormat.class);
    private final Set<String> columns = new LinkedHashSet<>();
    private int objects;
    private @Nullable String firstFault;

    /** Looks at a line, as long as more need to be seen; blank ones do not count. */
    public void see(Line line) {
        if (objects >= OBJECTS_LOOKED_AT) {
            return;
        }
        switch (line) {
            case Line.Text text -> {
                if (!text.text().isBlank()) {
                    see(text.number(), text.text());
                }
            }
            case Line.TooLong tooLong ->
                    fault("line %d has %,d bytes".formatted(tooLong.number(), tooLong.sizeBytes()));
        }
    }

    /** What the lines tell. */
    public Detection detection() {
        if (objects == 0) {
            return firstFault == null
                    ? new Detection.Empty()
                    : new Detection.NotJsonLines(firstFault);
        }
        RowFormat best = null;
        for (Map.Entry<RowFormat, Integer> entry : fits.entrySet()) {
            if (best == null || entry.getValue() > fits.getOrDefault(best, 0)) {
                best = entry.getKey();
            }
        }
        if (best == null) {
            return new Detection.UnknownColumns(columns);
        }
        return new Detection.Detected(
                best,
                "%s in %d of the first %d rows"
                        .formatted(
                                best.columns().stream()
                                        .map(column -> "\"" + column + "\"")
                                        .collect(Collectors.joining(" and ")),
                                fits.getOrDefault(best, 0),
                                objects));
    }

    /** Columns of an object, quoted, for messages. */
    static String columnsOf(JsonNode row) {
        return row.properties().stream()
                .limit(COLUMNS_SHOWN)
                .map(field -> "\"" + shown(field.getKey()) + "\"")
                .collect(Collectors.joining(", ", "[", "]"));
    }

    /** Names come from people, and may be as long as a row. */
    private static String shown(String column) {
        return column.length() <= COLUMN_SHOWN ? column : column.substring(0, COLUMN_SHOWN) + "…";
    }

    private void see(long number, String text) {
        JsonNode value = RowJson.parse(text).value();
        if (value == null || !value.isObject()) {
            fault(
                    "line %d is not a JSON object, it begins with: %s"
                            .formatted(
                                    number,
                                    text.substring(0, Math.min(text.length(), BEGINNING_SHOWN))));
            return;
        }
        objects++;
        for (RowFormat format : RowFormat.values()) {
            if (format.fits(value)) {
                fits.merge(format, 1, Integer::sum);
            }
        }
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            if (columns.size() < COLUMNS_SHOWN) {
                columns.add(shown(field.getKey()));
            }
        }
    }

    private void fault(String fault) {
        if (firstFault == null) {
            firstFault = fault;
        }
    }
}
