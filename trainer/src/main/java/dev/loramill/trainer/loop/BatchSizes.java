package dev.loramill.trainer.loop;

import dev.loramill.trainer.data.BatchPlan;
import dev.loramill.trainer.data.EncodedRows;
import dev.loramill.trainer.kernel.DocumentSpan;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;

/**
 * The sizes of all batches of a run that one process has, which its memory follows from.
 *
 * @param maxRows most tokens of a batch
 * @param headRows most tokens of a batch with the padding of its documents
 * @param longestDocument most tokens of a document
 * @param rowCounts how many different numbers of tokens batches have, rounded
 * @param lengths how many different lengths documents have, padded
 * @param tokens of all documents
 */
record BatchSizes(
        int maxRows, int headRows, int longestDocument, int rowCounts, int lengths, long tokens) {
    private static final int ROUNDED_TO = 32;

    /**
     * Looks through a run.
     *
     * @param steps of training
     * @param processes that share each batch
     */
    static BatchSizes of(
            EncodedRows train,
            EncodedRows eval,
            BatchPlan plan,
            BatchPlan evalPlan,
            int steps,
            int processes) {
        Set<Integer> counts = new TreeSet<>();
        for (BatchPlan each : new BatchPlan[] {plan, evalPlan}) {
            int last = each == plan ? steps : each.stepCount();
            for (int tokens : each.tokenCounts(last, processes, IntUnaryOperator.identity())) {
                counts.add(tokens / ROUNDED_TO);
            }
        }
        int lengths =
                (int)
                        Stream.concat(train.documents().stream(), eval.documents().stream())
                                .mapToInt(document -> DocumentSpan.padded(document.length()))
                                .distinct()
                                .count();
        return new BatchSizes(
                most(plan, evalPlan, steps, processes, IntUnaryOperator.identity()),
                most(plan, evalPlan, steps, processes, DocumentSpan::padded),
                Math.max(train.longest(), eval.longest()),
                counts.size(),
                lengths,
                train.tokenCount() + eval.tokenCount());
    }

    private static int most(
            BatchPlan plan,
            BatchPlan evalPlan,
            int steps,
            int processes,
            IntUnaryOperator lengthOf) {
        return Math.max(
                plan.mostTokens(steps, processes, lengthOf),
                evalPlan.mostTokens(evalPlan.stepCount(), processes, lengthOf));
    }
}
