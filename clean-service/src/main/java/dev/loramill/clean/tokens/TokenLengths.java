package dev.loramill.clean.tokens;

import dev.loramill.events.DatasetManifest;
import java.util.TreeMap;

/** Token lengths of rows: least, most, mean and a histogram. */
public final class TokenLengths {
    private static final int BUCKET = 64;

    private final TreeMap<Integer, Long> buckets = new TreeMap<>();
    private long rows;
    private long tokens;
    private int min = Integer.MAX_VALUE;
    private int max;

    /** Counts a row. */
    public void add(int length) {
        rows++;
        tokens += length;
        min = Math.min(min, length);
        max = Math.max(max, length);
        buckets.merge(length / BUCKET * BUCKET, 1L, Long::sum);
    }

    /** The greatest length; 0 without rows. */
    public int max() {
        return max;
    }

    /** As a manifest tells them. */
    public DatasetManifest.TokenLengths summary() {
        return new DatasetManifest.TokenLengths(
                rows == 0 ? 0 : min,
                max,
                rows == 0 ? 0 : Math.round(100.0 * tokens / rows) / 100.0,
                BUCKET,
                buckets.entrySet().stream()
                        .map(bucket ->
                                new DatasetManifest.Bucket(bucket.getKey(), bucket.getValue()))
                        .toList());
    }
}
