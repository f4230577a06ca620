package dev.loramill.ingest.submitted;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loramill.events.RowOrigin;
import dev.loramill.ingest.dataset.Dataset;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record of submitted rows, with the dataset that it names.
 *
 * @param rows the rows, each as JSON text
 */
record Submission(String datasetId, List<String> rows) {
    /** Most rows of one record; leaves each row a line number of its own. */
    static final int MAX_ROWS = 1_000;

    private static final int LONGEST_QUOTE = 80;
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build();

    Submission {
        rows = List.copyOf(rows);
    }

    /**
     * Reads a record: one row, {@code {"row":…}} or {@code {"rows":[…]}}; the dataset stands in the
     * field {@code dataset} or in a header. A body that is not JSON counts as one wrong row as long
     * as a header tells its dataset.
     *
     * @param datasetHeader value of the header, or null
     * @param body bytes of the record, or null
     * @throws UnattributableException when no dataset can be told, or there are too many rows
     */
    static Submission read(@Nullable String datasetHeader, byte @Nullable [] body) {
        if (body == null) {
            throw new UnattributableException("the record has no body");
        }
        String text = text(body);
        JsonNode value;
        try {
            value = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            value = null;
        }
        String datasetId = datasetId(datasetHeader, value);
        if (value == null) {
            return new Submission(datasetId, List.of(text));
        }
        JsonNode rows = value.get("rows");
        if (rows != null && rows.isArray()) {
            return new Submission(datasetId, each(rows));
        }
        JsonNode row = value.get("row");
        return new Submission(datasetId, List.of(row == null ? text : row.toString()));
    }

    private static String text(byte[] body) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException e) {
            throw new UnattributableException(
                    "the record is not UTF-8; write it as UTF-8 and send it again");
        }
    }

    /**
     * Where a row of a record came from; the same record always gives the same.
     *
     * @param source what tells topic and partition
     */
    static RowOrigin origin(String source, long offset, int index) {
        return new RowOrigin(source, offset * MAX_ROWS + index);
    }

    private static List<String> each(JsonNode rows) {
        if (rows.isEmpty() || rows.size() > MAX_ROWS) {
            throw new UnattributableException(
                    "a record may hold 1 to %,d rows, got %,d".formatted(MAX_ROWS, rows.size()));
        }
        List<String> texts = new ArrayList<>(rows.size());
        rows.forEach(row -> texts.add(row.toString()));
        return texts;
    }

    private static String datasetId(@Nullable String header, @Nullable JsonNode value) {
        JsonNode field = value == null ? null : value.get("dataset");
        String named = field != null && field.isTextual() ? field.textValue() : null;
        String datasetId = header == null ? named : header;
        if (datasetId == null) {
            throw new UnattributableException(
                    "no dataset is named; set the header %s or the field \"dataset\""
                            .formatted(RowsSubmittedListener.DATASET_HEADER));
        }
        if (header != null && named != null && !header.equals(named)) {
            throw new UnattributableException(
                    "the header names dataset \"%s\" and the body \"%s\"; name one"
                            .formatted(cut(header), cut(named)));
        }
        if (!Dataset.isId(datasetId)) {
            throw new UnattributableException(
                    "\"%s\" is no id of a dataset: 1 to 64 of a-z, 0-9 and \"-\", not beginning with \"-\""
                            .formatted(cut(datasetId)));
        }
        return datasetId;
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "…";
    }
}
