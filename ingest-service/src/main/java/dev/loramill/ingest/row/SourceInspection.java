package dev.loramill.ingest.row;

import dev.loramill.http.RefusedException;
import dev.loramill.ingest.source.Line;
import dev.loramill.ingest.source.LineReader;
import dev.loramill.ingest.source.SourceConfig;
import dev.loramill.ingest.source.SourceLimits;
import dev.loramill.ingest.source.UnreadableSourceException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads a source to its end before it is accepted: refuses what cannot be read as rows at all and
 * tells the format of the rest.
 */
@ApplicationScoped
public class SourceInspection {
    private static final String INVALID_FORMAT = "invalid_file_format";

    private final SourceLimits limits;
    private final long maxRows;
    private final long maxRefused;

    @Inject
    SourceInspection(SourceConfig config) {
        this(config.limits(), config.maxRows(), config.maxRefusedRows());
    }

    SourceInspection(SourceLimits limits, long maxRows, long maxRefused) {
        this.limits = limits;
        this.maxRows = maxRows;
        this.maxRefused = maxRefused;
    }

    /** What is looked at; may be opened more than once. */
    @FunctionalInterface
    public interface Content {
        /** Opens it at its beginning. */
        InputStream open() throws IOException;
    }

    /**
     * Tells the format.
     *
     * @param param part of the request that brought it, for the error
     * @throws RefusedException when it is empty, not UTF-8, not JSONL, of unknown columns, or when
     *     its gzip data is truncated, damaged or too large, or it has too many rows or wrong ones
     */
    public Detection.Detected requireFormat(Content content, String param) throws IOException {
        return switch (inspect(content, param)) {
            case Detection.Detected detected -> detected;
            case Detection.Empty() ->
                    throw RefusedException.invalid(
                            "empty_file", param, "the file holds no rows; send at least one");
            case Detection.NotJsonLines(String firstFault) ->
                    throw RefusedException.invalid(
                            INVALID_FORMAT,
                            param,
                            ("Expected file to have JSONL format, where every line is a JSON"
                                            + " object, but no line is one: %s")
                                    .formatted(firstFault));
            case Detection.UnknownColumns(var columns) ->
                    throw RefusedException.invalid(
                            INVALID_FORMAT,
                            param,
                            "no known format has the columns %s; allowed are %s"
                                    .formatted(
                                            columns.stream()
                                                    .map(column -> "\"" + column + "\"")
                                                    .collect(Collectors.joining(", ", "[", "]")),
                                            RowFormat.allowed()));
        };
    }

    /**
     * Looks for what no row can be blamed for.
     *
     * @throws RefusedException when it is empty, not UTF-8, or its gzip data is truncated, damaged
     *     or too large
     */
    public void requireReadable(Content content, String param) throws IOException {
        if (inspect(content, param) instanceof Detection.Empty) {
            throw RefusedException.invalid(
                    "empty_body", param, "the body holds no rows; send one JSON object a line");
        }
    }

    private Detection inspect(Content content, String param) throws IOException {
        FormatDetector detector = new FormatDetector();
        long rows = 0;
        try (LineReader lines = new LineReader(content.open(), limits)) {
            for (Line line = lines.next(); line != null; line = lines.next()) {
                if (line instanceof Line.Text text && text.text().isBlank()) {
                    continue;
                }
                detector.see(line);
                rows++;
                if (rows > maxRows) {
                    throw RefusedException.invalid(
                            "too_many_rows",
                            param,
                            "there are more than the allowed %,d rows; nothing was kept, send them in several parts"
                                    .formatted(maxRows));
                }
            }
        } catch (UnreadableSourceException e) {
            throw RefusedException.invalid(e.code(), param, String.valueOf(e.getMessage()));
        }
        Detection detection = detector.detection();
        if (rows > maxRefused) {
            requireFewRefusals(
                    content,
                    param,
                    detection instanceof Detection.Detected detected ? detected.format() : null);
        }
        return detection;
    }

    /** Reads once more: only now the format is known by which rows are refused. */
    private void requireFewRefusals(Content content, String param, @Nullable RowFormat format)
            throws IOException {
        RowReader reader = new RowReader(format, limits.maxRowBytes());
        long refused = 0;
        try (LineReader lines = new LineReader(content.open(), limits)) {
            for (Line line = lines.next(); line != null; line = lines.next()) {
                if (line instanceof Line.Text text && text.text().isBlank()) {
                    continue;
                }
                if (reader.read(line) instanceof IntakeOutcome.Refused refusal
                        && ++refused > maxRefused) {
                    throw RefusedException.invalid(
                            "too_many_refused_rows",
                            param,
                            "more than the allowed %,d rows are wrong, the last at line %d (%s: %s); nothing was kept, mend the rows and send them again"
                                    .formatted(
                                            maxRefused,
                                            line.number(),
                                            refusal.rule().id(),
                                            refusal.reason()));
                }
            }
        }
    }
}
