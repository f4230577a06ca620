package dev.loramill.trainer.data;

import dev.loramill.trainer.parallel.Share;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/**
 * Which documents each optimizer step sees, for the whole run; follows from the documents' lengths,
 * the options and the seed alone.
 */
public final class BatchPlan {
    private final List<Document> documents;
    private final List<List<Batch>> steps;

    private BatchPlan(List<Document> documents, List<List<Batch>> steps) {
        this.documents = documents;
        this.steps = steps;
    }

    /** Indices of documents, by the sequence that they lie in. */
    private record Batch(List<List<Integer>> sequences) {}

    /**
     * How documents become steps.
     *
     * @param epochs passes over the documents
     * @param batchSize sequences of one forward pass, in all processes together
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
        List<List<Batch>> steps = new ArrayList<>();
        for (int epoch = 0; epoch < options.epochs(); epoch++) {
            List<Batch> batches =
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
        List<List<Batch>> steps =
                batches(documents, order, options).stream().map(List::of).toList();
        return new BatchPlan(List.copyOf(documents), steps);
    }

    /** Number of optimizer steps. */
    public int stepCount() {
        return steps.size();
    }

    /** The documents of each batch of a step, counted from 0. */
    public List<List<Document>> documents(int step) {
        return numbers(step, Share.WHOLE).stream().map(this::named).toList();
    }

    /** The batches of a step, counted from 0. */
    public List<PackedBatch> batches(int step) {
        return batches(step, Share.WHOLE);
    }

    /**
     * One process's part of each batch of a step, counted from 0; whole sequences. Where a batch
     * has fewer sequences than there are processes, some have an empty part.
     */
    public List<PackedBatch> batches(int step, Share share) {
        return numbers(step, share).stream()
                .map(batch -> PackedBatch.of(documents, batch))
                .toList();
    }

    /** Tokens of a step, counted from 0, in all processes together. */
    public int tokenCount(int step) {
        return documents(step).stream().flatMap(List::stream).mapToInt(Document::length).sum();
    }

    /** Learnt tokens of a step, counted from 0, in all processes together. */
    public int labelCount(int step) {
        return documents(step).stream().flatMap(List::stream).mapToInt(Document::labelCount).sum();
    }

    /** Names of the rows of a step, counted from 0, in all processes together. */
    public List<String> digests(int step) {
        return documents(step).stream().flatMap(List::stream).map(Document::digest).toList();
    }

    private List<Document> named(List<Integer> numbers) {
        return numbers.stream().map(documents::get).toList();
    }

    private List<List<Integer>> numbers(int step, Share share) {
        return steps.get(step).stream()
                .map(batch -> part(batch, share).stream().flatMap(List::stream).toList())
                .toList();
    }

    private List<List<Integer>> part(Batch batch, Share share) {
        int[] tokens =
                batch.sequences().stream()
                        .mapToInt(sequence -> tokens(sequence, IntUnaryOperator.identity()))
                        .toArray();
        return share.deal(tokens).stream().map(batch.sequences()::get).toList();
    }

    /**
     * Most tokens of a batch that one process has in the first {@code stepLimit} steps.
     *
     * @param processes how many share each batch
     * @param lengthOf what each document counts, of its own length
     */
    public int mostTokens(int stepLimit, int processes, IntUnaryOperator lengthOf) {
        return tokenCounts(stepLimit, processes, lengthOf).stream()
                .mapToInt(Integer::intValue)
                .max()
                .orElse(0);
    }

    /**
     * The different numbers of tokens of a batch that one process has in the first {@code
     * stepLimit} steps.
     *
     * @param processes how many share each batch
     * @param lengthOf what each document counts, of its own length
     */
    public Set<Integer> tokenCounts(int stepLimit, int processes, IntUnaryOperator lengthOf) {
        Set<Integer> counts = new HashSet<>();
        for (List<Batch> step : steps.subList(0, Math.min(stepLimit, steps.size()))) {
            for (Batch batch : step) {
                for (int rank = 0; rank < processes; rank++) {
                    counts.add(
                            part(batch, new Share(rank, processes)).stream()
                                    .mapToInt(sequence -> tokens(sequence, lengthOf))
                                    .sum());
                }
            }
        }
        return counts;
    }

    private int tokens(List<Integer> sequence, IntUnaryOperator lengthOf) {
        return sequence.stream()
                .mapToInt(document -> lengthOf.applyAsInt(documents.get(document).length()))
                .sum();
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
    private static List<Batch> batches(
            List<Document> documents, List<Integer> order, Options options) {
        List<Batch> batches = new ArrayList<>();
        List<List<Integer>> open = new ArrayList<>();
        int[] filled = new int[options.batchSize()];
        for (int index : order) {
            int length = documents.get(index).length();
            int place = room(filled, length, options);
            if (place < 0) {
                batches.add(new Batch(open));
                open = new ArrayList<>();
                Arrays.fill(filled, 0);
                place = 0;
            }
            if (place == open.size()) {
                open.add(new ArrayList<>());
            }
            open.get(place).add(index);
            filled[place] += length;
        }
        if (!open.isEmpty()) {
            batches.add(new Batch(open));
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
