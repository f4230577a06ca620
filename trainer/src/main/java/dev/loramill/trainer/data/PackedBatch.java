package dev.loramill.trainer.data;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Several documents laid end to end without padding; attention and positions start anew at each.
 *
 * <p>Row t predicts the token of row t + 1; the loss is taken at {@code labelRows}.
 */
public final class PackedBatch {
    private final int[] tokens;
    private final int[] starts;
    private final int[] labelRows;
    private final int[] labelTargets;
    private final long[] origins;
    private final List<String> digests;

    private PackedBatch(
            int[] tokens,
            int[] starts,
            int[] labelRows,
            int[] labelTargets,
            long[] origins,
            List<String> digests) {
        this.tokens = tokens;
        this.starts = starts;
        this.labelRows = labelRows;
        this.labelTargets = labelTargets;
        this.origins = origins;
        this.digests = digests;
    }

    /** Lays documents end to end that are a data set of their own. */
    public static PackedBatch of(List<Document> documents) {
        return of(documents, IntStream.range(0, documents.size()).boxed().toList());
    }

    /**
     * Lays some documents of a data set end to end.
     *
     * @param numbers which, counted from 0, in this order
     */
    static PackedBatch of(List<Document> dataset, List<Integer> numbers) {
        List<Document> documents = numbers.stream().map(dataset::get).toList();
        int[] starts = new int[documents.size() + 1];
        int labels = 0;
        for (int i = 0; i < documents.size(); i++) {
            starts[i + 1] = starts[i] + documents.get(i).length();
            labels += documents.get(i).labelCount();
        }
        int[] tokens = new int[starts[documents.size()]];
        long[] origins = new long[tokens.length];
        int[] rows = new int[labels];
        int[] targets = new int[labels];
        int label = 0;
        for (int i = 0; i < documents.size(); i++) {
            Document document = documents.get(i);
            for (int t = 0; t < document.length(); t++) {
                tokens[starts[i] + t] = document.token(t);
                origins[starts[i] + t] = ((long) numbers.get(i) << Integer.SIZE) + t;
                if (t > 0 && document.isLabel(t)) {
                    rows[label] = starts[i] + t - 1;
                    targets[label++] = document.token(t);
                }
            }
        }
        return new PackedBatch(
                tokens,
                starts,
                rows,
                targets,
                origins,
                documents.stream().map(Document::digest).toList());
    }

    /** Number of tokens, which are the rows of the model's matrices. */
    public int tokenCount() {
        return tokens.length;
    }

    /** The token of a row. */
    public int token(int row) {
        return tokens[row];
    }

    /** Number of documents. */
    public int documentCount() {
        return starts.length - 1;
    }

    /** First row of a document; that of the document after the last is {@link #tokenCount}. */
    public int start(int document) {
        return starts[document];
    }

    /** Rows of a document. */
    public int length(int document) {
        return starts[document + 1] - starts[document];
    }

    /** The longest document's rows. */
    public int longest() {
        int longest = 0;
        for (int i = 0; i < documentCount(); i++) {
            longest = Math.max(longest, length(i));
        }
        return longest;
    }

    /** The document that a row belongs to. */
    public int documentOf(int row) {
        int found = Arrays.binarySearch(starts, row);
        if (found < 0) {
            return -found - 2;
        }
        while (found + 1 < starts.length && starts[found + 1] == row) {
            found++;
        }
        return found;
    }

    /** Number of positions the loss is taken over. */
    public int labelCount() {
        return labelRows.length;
    }

    /** The rows the loss is taken at; not to be changed. */
    public int[] labelRows() {
        return labelRows;
    }

    /** The token each of those rows must predict; not to be changed. */
    public int[] labelTargets() {
        return labelTargets;
    }

    /**
     * For each row the place of its token in the data set, which is the same in whatever batch,
     * sequence or process it lies; not to be changed.
     */
    public long[] origins() {
        return origins;
    }

    /** Digests of the rows the documents were made of. */
    public List<String> digests() {
        return digests;
    }
}
