package dev.loramill.trainer.autograd;

import dev.loramill.trainer.data.PackedBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Documents of similar length side by side, so that attention over many is one operation.
 *
 * <p>Each bucket holds N documents, padded to L rows. Padding lies after a document and attention
 * is causal, so no row of the document sees it and no mask is needed but the causal one.
 *
 * @param buckets by rising length
 * @param positions of every row of the batch, its position in its document
 * @param back of every row of the batch, where it lies among the rows of all buckets
 */
@SuppressWarnings("ArrayRecordComponent") // handed to libtorch as they are
record DocumentBuckets(List<Bucket> buckets, int[] positions, long[] back) {
    private static final int SHORTEST = 32;

    /**
     * Documents of similar length.
     *
     * @param count number of documents, N
     * @param length rows that each takes with its padding, L
     * @param rows rows of the batch, [N · L]; padding repeats the document's first row
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Bucket(int count, int length, long[] rows) {}

    /** Sorts the documents of a batch; each bucket is at most a quarter longer than the next. */
    static DocumentBuckets of(PackedBatch batch) {
        Map<Integer, List<Integer>> byLength = new TreeMap<>();
        for (int document = 0; document < batch.documentCount(); document++) {
            byLength.computeIfAbsent(ceiling(batch.length(document)), _ -> new ArrayList<>())
                    .add(document);
        }
        List<Bucket> buckets = new ArrayList<>();
        int[] positions = new int[batch.tokenCount()];
        long[] back = new long[batch.tokenCount()];
        int before = 0;
        for (List<Integer> documents : byLength.values()) {
            int length = documents.stream().mapToInt(batch::length).max().orElseThrow();
            long[] rows = new long[documents.size() * length];
            int at = 0;
            for (int document : documents) {
                int start = batch.start(document);
                for (int position = 0; position < length; position++, at++) {
                    boolean isPadding = position >= batch.length(document);
                    rows[at] = isPadding ? start : start + position;
                    if (!isPadding) {
                        positions[start + position] = position;
                        back[start + position] = before + at;
                    }
                }
            }
            before += rows.length;
            buckets.add(new Bucket(documents.size(), length, rows));
        }
        return new DocumentBuckets(buckets, positions, back);
    }

    /** The length that a document's bucket goes up to: steps of a quarter of a power of two. */
    static int ceiling(int length) {
        if (length <= SHORTEST) {
            return SHORTEST;
        }
        int step = Integer.highestOneBit(length - 1) / 4;
        return (length + step - 1) / step * step;
    }
}
