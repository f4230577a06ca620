package dev.loramill.trainer.data;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/**
 * Which documents each optimizer step sees, for the whole run; follows from the documents' lengths,
 * the options and the seed alone.
 */
public final class BatchPlan {
    private final List<Document> documents;
    private final List<List<List<Integer>>> steps;

    private BatchPlan(List<Document> documents, List<List<List<Integer>>> steps) {
        this.documents = documents;
        this.steps = steps;
    }

    /**
     * How documents become steps.
     *
     * @param epochs passes over the documents
     * @param batchSize sequences of one forward pass
     * @param gradientAccumulation forward passes of one step
     * @param maxLength tokens that a packed sequence holds
     * @param isPacked whether a sequence holds several documents
     * @param seed of the order; each epoch has another one
     */
    public record Options(
            int epochs,
            int batchSize,
            int gradientAccumulation,
            int maxLength,
            boolean isPacked,
            long seed) {}

    /** Plans a training run. */
    public static BatchPlan training(List<Document> documents, Options options) {
        SplittableRandom random = new SplittableRandom(options.seed());
        List<List<List<Integer>>> steps = new ArrayList<>();
        for (int epoch = 0; epoch < options.epochs(); epoch++) {
            List<List<Integer>> batches =
                    batches(documents, shuffled(documents.size(), random.split()), options);
            int size = options.gradientAccumulation();
            for (int first = 0; first < batches.size(); first += size) {
                steps.add(
                        List.copyOf(
                                batches.subList(first, Math.min(first + size, batches.size()))));
            }
        }
        return new BatchPlan(List.copyOf(documents), List.copyOf(steps));
    }

    /** Plans one pass in the documents' own order, a batch each step. */
    public static BatchPlan evaluation(
            List<Document> documents, int batchSize, int maxLength, boolean isPacked) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < documents.size(); i++) {
            order.add(i);
        }
        Options options = new Options(1, batchSize, 1, maxLength, isPacked, 0);
        List<List<List<Integer>>> steps =
                batches(documents, order, options).stream().map(List::of).toList();
        return new BatchPlan(List.copyOf(documents), steps);
    }

    /** Number of optimizer steps. */
    public int stepCount() {
        return steps.size();
    }

    /** The documents of each batch of a step, counted from 0. */
    public List<List<Document>> documents(int step) {
        return steps.get(step).stream()
                .map(batch -> batch.stream().map(documents::get).toList())
                .toList();
    }

    /** The batches of a step, counted from 0. */
    public List<PackedBatch> batches(int step) {
        return documents(step).stream().map(PackedBatch::of).toList();
    }

    /**
     * Most tokens of a batch in the first {@code stepLimit} steps.
     *
     * @param lengthOf what each document counts, of its own length
     */
    public int mostTokens(int stepLimit, IntUnaryOperator lengthOf) {
        int most = 0;
        for (List<List<Integer>> step : steps.subList(0, Math.min(stepLimit, steps.size()))) {
            for (List<Integer> batch : step) {
                int tokens = 0;
                for (int document : batch) {
                    tokens += lengthOf.applyAsInt(documents.get(document).length());
                }
                most = Math.max(most, tokens);
            }
        }
        return most;
    }

    /** Tokens of the longest document. */
    public int longest() {
        return documents.stream().mapToInt(Document::length).max().orElse(0);
    }

    private static List<Integer> shuffled(int count, SplittableRandom random) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        List<Integer> result = new ArrayList<>(count);
        for (int index : order) {
            result.add(index);
        }
        return result;
    }

    /** Puts each document into the first sequence of the open batch that has room for it. */
    private static List<List<Integer>> batches(
            List<Document> documents, List<Integer> order, Options options) {
        List<List<Integer>> batches = new ArrayList<>();
        List<Integer> open = new ArrayList<>();
        int[] filled = new int[options.batchSize()];
        for (int index : order) {
            int length = documents.get(index).length();
            int place = room(filled, length, options);
            if (place < 0) {
                batches.add(List.copyOf(open));
                open.clear();
                java.util.Arrays.fill(filled, 0);
                place = 0;
            }
            filled[place] += length;
            open.add(index);
        }
        if (!open.isEmpty()) {
            batches.add(List.copyOf(open));
        }
        return batches;
    }

    private static int room(int[] filled, int length, Options options) {
        for (int place = 0; place < filled.length; place++) {
            if (filled[place] == 0
                    || (options.isPacked() && filled[place] + length <= options.maxLength())) {
                return place;
            }
        }
        return -1;
    }
}
