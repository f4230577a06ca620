package dev.loramill.ingest.row;

import dev.loramill.http.RefusedException;
import dev.loramill.ingest.source.Line;
import dev.loramill.ingest.source.LineReader;
import dev.loramill.ingest.source.SourceConfig;
import dev.loramill.ingest.source.SourceLimits;
import dev.loramill.ingest.source.UnreadableSourceException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Collectors;

/**
 * Reads a source to its end before it is accepted: refuses what cannot be read as rows at all and
 * tells the format of the rest.
 */
@ApplicationScoped
public class SourceInspection {
    private static final String INVALID_FORMAT = "invalid_file_format";

    private final SourceLimits limits;

    SourceInspection(SourceConfig config) {
        this.limits = config.limits();
    }

    /**
     * Tells the format.
     *
     * @param content read to its end and closed
     * @param param part of the request that brought it, for the error
     * @throws RefusedException when it is empty, not UTF-8, not JSONL, of unknown columns, or when
     *     its gzip data is truncated, damaged or too large
     */
    public Detection.Detected requireFormat(InputStream content, String param) throws IOException {
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
    public void requireReadable(InputStream content, String param) throws IOException {
        if (inspect(content, param) instanceof Detection.Empty) {
            throw RefusedException.invalid(
                    "empty_body", param, "the body holds no rows; send one JSON object a line");
        }
    }

    private Detection inspect(InputStream content, String param) throws IOException {
        FormatDetector detector = new FormatDetector();
        try (content;
                LineReader lines = new LineReader(content, limits)) {
            for (Line line = lines.next(); line != null; line = lines.next()) {
                detector.see(line);
            }
        } catch (UnreadableSourceException e) {
            throw RefusedException.invalid(e.code(), param, String.valueOf(e.getMessage()));
        }
        return detector.detection();
    }
}
