package dev.loramill.clean.freeze;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;

/** Token lengths of rows: least, most, mean and a histogram. */
final class TokenLengths {
    private static final int BUCKET = 64;

    private final TreeMap<Integer, Long> buckets = new TreeMap<>();
    private long rows;
    private long tokens;
    private int min = Integer.MAX_VALUE;
    private int max;

    void add(int length) {
        rows++;
        tokens += length;
        min = Math.min(min, length);
        max = Math.max(max, length);
        buckets.merge(length / BUCKET * BUCKET, 1L, Long::sum);
    }

    long tokens() {
        return tokens;
    }

    long rows() {
        return rows;
    }

    int max() {
        return max;
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("min", rows == 0 ? 0 : min);
        json.put("max", max);
        json.put("mean", rows == 0 ? 0 : Math.round(100.0 * tokens / rows) / 100.0);
        json.put("bucketWidth", BUCKET);
        ArrayNode histogram = json.putArray("histogram");
        for (Map.Entry<Integer, Long> bucket : buckets.entrySet()) {
            histogram.addObject().put("from", bucket.getKey()).put("rows", bucket.getValue());
        }
        return json;
    }
}
