package dev.loramill.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchPlanTest {
    private static final List<Document> DOCUMENTS = DocumentsForTest.random(300, 60, 50, 1);

    @Test
    void everyEpochSeesEveryDocumentOnce() {
        BatchPlan plan = plan(3, 4, 2, true, 7);

        Map<String, Integer> seen = new HashMap<>();
        for (int step = 0; step < plan.stepCount(); step++) {
            for (PackedBatch batch : plan.batches(step)) {
                batch.digests().forEach(digest -> seen.merge(digest, 1, Integer::sum));
            }
        }

        assertThat(seen).hasSize(DOCUMENTS.size());
        assertThat(seen.values()).containsOnly(3);
    }

    @Test
    void packedBatchesHoldNoMoreThanTheirSequences() {
        BatchPlan plan = plan(1, 4, 1, true, 7);

        for (int step = 0; step < plan.stepCount(); step++) {
            assertThat(plan.batches(step).getFirst().tokenCount()).isLessThanOrEqualTo(4 * 64);
        }
        assertThat(plan.stepCount()).isLessThan(plan(1, 4, 1, false, 7).stepCount());
    }

    @Test
    void withoutPackingABatchHoldsAsManyRowsAsSequences() {
        BatchPlan plan = plan(1, 4, 1, false, 7);

        assertThat(plan.stepCount()).isEqualTo(75);
        assertThat(IntStream.range(0, 75).mapToObj(plan::batches).map(List::getFirst))
                .allMatch(batch -> batch.documentCount() == 4);
    }

    @Test
    void accumulationJoinsBatchesAndKeepsTheLastShortStep() {
        int batches = plan(1, 4, 1, true, 7).stepCount();
        BatchPlan plan = plan(1, 4, 5, true, 7);

        assertThat(plan.stepCount()).isEqualTo((batches + 4) / 5);
        assertThat(plan.batches(0)).hasSize(5);
        assertThat(plan.batches(plan.stepCount() - 1)).hasSize((batches - 1) % 5 + 1);
    }

    @Test
    void orderFollowsFromTheSeedAlone() {
        assertThat(order(plan(2, 4, 1, true, 7))).isEqualTo(order(plan(2, 4, 1, true, 7)));
        assertThat(order(plan(2, 4, 1, true, 7))).isNotEqualTo(order(plan(2, 4, 1, true, 8)));
    }

    @Test
    void epochsHaveDifferentOrders() {
        List<String> both = order(plan(2, 4, 1, true, 7));

        assertThat(both.subList(0, 300)).isNotEqualTo(both.subList(300, 600));
    }

    @Test
    void evaluationKeepsTheOrder() {
        BatchPlan plan = BatchPlan.evaluation(DOCUMENTS, 4, 1 << 20, true);

        assertThat(order(plan))
                .containsExactlyElementsOf(DOCUMENTS.stream().map(Document::digest).toList());
    }

    private static BatchPlan plan(
            int epochs, int batchSize, int accumulation, boolean isPacked, long seed) {
        return BatchPlan.training(
                DOCUMENTS,
                new BatchPlan.Options(epochs, batchSize, accumulation, 64, isPacked, seed));
    }

    private static List<String> order(BatchPlan plan) {
        List<String> digests = new ArrayList<>();
        for (int step = 0; step < plan.stepCount(); step++) {
            plan.batches(step).forEach(batch -> digests.addAll(batch.digests()));
        }
        return digests;
    }
}
