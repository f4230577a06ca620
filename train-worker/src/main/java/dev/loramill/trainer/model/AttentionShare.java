package dev.loramill.trainer.model;

import dev.loramill.trainer.data.PackedBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Distributes the attention of a batch's documents over the members of a team. */
final class AttentionShare {
    /**
     * Some key heads of one document.
     *
     * @param start first row of the document
     * @param length rows of it
     * @param firstKeyHead first key head
     * @param keyHeads number of key heads
     */
    record Item(int start, int length, int firstKeyHead, int keyHeads) {
        private long cost() {
            return (long) length * (length + 200L) * keyHeads;
        }
    }

    private AttentionShare() {}

    /** The items of each member: the dearest first, each to the member with the least to do. */
    static List<List<Item>> of(PackedBatch batch, ModelPlan plan, int members) {
        List<Item> items = new ArrayList<>();
        int all = plan.shape().keyValueHeadCount();
        boolean isSplit = batch.documentCount() < 3 * members;
        for (int document = 0; document < batch.documentCount(); document++) {
            int length = batch.length(document);
            int atOnce = isSplit ? 1 : plan.keyHeadsAtOnce(length);
            for (int head = 0; head < all; head += atOnce) {
                items.add(
                        new Item(
                                batch.start(document), length, head, Math.min(atOnce, all - head)));
            }
        }
        items.sort(Comparator.comparingLong(Item::cost).reversed());
        List<List<Item>> shares = new ArrayList<>();
        long[] costs = new long[members];
        for (int member = 0; member < members; member++) {
            shares.add(new ArrayList<>());
        }
        for (Item item : items) {
            int least = 0;
            for (int member = 1; member < members; member++) {
                if (costs[member] < costs[least]) {
                    least = member;
                }
            }
            shares.get(least).add(item);
            costs[least] += item.cost();
        }
        return shares;
    }
}
