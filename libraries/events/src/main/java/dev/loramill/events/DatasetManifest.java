package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a frozen version of a dataset is. The SHA-256 of {@link #bytes()} names the version.
 *
 * <p>It holds no times, no ids that were drawn, and nothing that depends on the order in which rows
 * came, so the same rows frozen in the same way are the same version.
 *
 * @param format {@link #FORMAT}, or an earlier one
 * @param dataset dataset that it was frozen from; in format 1 only
 * @param recipe recipe that the rows were cleaned with
 * @param rows what became of the rows
 * @param sample rows that were asked for; null for all
 * @param seed seed of sample and split
 * @param evalFraction share of questions that was asked to be held out
 * @param splitBy what stays on one side of the split: {@code question}
 * @param maxTokens longest row that was let in, in tokens
 * @param overLength what became of longer rows
 * @param systemPrompt system prompt that all rows begin with; null when they differ or have none
 * @param base base whose tokenizer counted
 * @param contract what training and serving must agree on
 * @param tokenLengths lengths of the sampled rows
 * @param train rows to train on
 * @param eval rows held out
 */
public record DatasetManifest(
        int format,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Dataset dataset,
        RecipeReference recipe,
        Rows rows,
        @Nullable Integer sample,
        long seed,
        double evalFraction,
        String splitBy,
        int maxTokens,
        FreezeRequest.OverLength overLength,
        @Nullable String systemPrompt,
        Base base,
        TrainServeContract contract,
        TokenLengths tokenLengths,
        RowFile train,
        RowFile eval) {
    /** Grows when the same rows frozen in the same way would give other bytes. */
    public static final int FORMAT = 2;

    /** Members in the order of their names, numbers in Java's shortest form, no white space. */
    private static final JsonMapper CANONICAL =
            EventJson.mapper()
                    .rebuild()
                    .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                    .disable(MapperFeature.SORT_CREATOR_PROPERTIES_FIRST)
                    .build();

    public DatasetManifest {
        if (format < 1 || format > FORMAT) {
            throw new IllegalArgumentException(
                    "format must be in [1, %d], got %d".formatted(FORMAT, format));
        }
        Check.id("splitBy", splitBy);
        Check.positive("maxTokens", maxTokens);
    }

    /**
     * The dataset that a version of format 1 was frozen from first.
     *
     * @param id its id
     * @param name its name
     */
    public record Dataset(String id, String name) {
        public Dataset {
            Check.id("dataset.id", id);
            Check.name("dataset.name", name);
        }
    }

    /**
     * Numbers of rows.
     *
     * @param received rows that came
     * @param kept rows that the recipe kept
     * @param rejected rows that were refused
     * @param duplicate rows equal to a kept one
     * @param sampled rows drawn from the kept ones
     * @param overLength sampled rows of more than the allowed tokens
     * @param dropped of those, the rows left out
     * @param truncated of those, the rows that were cut
     */
    public record Rows(
            long received,
            long kept,
            long rejected,
            long duplicate,
            int sampled,
            int overLength,
            int dropped,
            int truncated) {}

    /**
     * The base that the rows were counted for.
     *
     * @param id its id in the catalogue
     * @param sha256 digest of its GGUF file
     */
    public record Base(String id, String sha256) {
        public Base {
            Check.id("base.id", id);
            Check.sha256("base.sha256", sha256);
        }
    }

    /**
     * Lengths in tokens.
     *
     * @param min the least, 0 without rows
     * @param max the greatest
     * @param mean to two digits
     * @param bucketWidth width of the histogram's buckets
     * @param histogram buckets that hold a row, in order
     */
    public record TokenLengths(
            int min, int max, double mean, int bucketWidth, List<Bucket> histogram) {
        public TokenLengths {
            histogram = List.copyOf(histogram);
        }
    }

    /**
     * A bucket of the histogram.
     *
     * @param from its least length
     * @param rows rows in it
     */
    public record Bucket(int from, long rows) {}

    /**
     * A file of rows, JSON lines.
     *
     * @param artifact where it lies
     * @param rows lines
     * @param tokens tokens of all rows together
     */
    public record RowFile(ArtifactReference artifact, long rows, long tokens) {}

    /** UTF-8 JSON in its one canonical form. */
    public byte[] bytes() {
        try {
            return CANONICAL.writeValueAsString(this).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write a manifest as JSON", e);
        }
    }

    /**
     * Reads a manifest of any format so far.
     *
     * @throws IllegalArgumentException naming what is missing or wrong in it
     */
    public static DatasetManifest read(byte[] json) {
        JsonNode tree;
        try {
            tree = EventJson.mapper().readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException("not a manifest of a frozen version: no JSON", e);
        }
        return read(tree);
    }

    /**
     * Reads a manifest of any format so far.
     *
     * @throws IllegalArgumentException naming what is missing or wrong in it
     */
    public static DatasetManifest read(JsonNode json) {
        return ContractJson.read("manifest of a frozen version", json, DatasetManifest.class);
    }
}
