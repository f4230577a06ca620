package dev.loramill.trainer.model;

import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.kernel.DocumentSpan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Distributes the attention of a batch's documents over the members of a team. */
final class AttentionShare {
    /**
     * Some key heads of one document.
     *
     * @param span where the document lies
     * @param firstKeyHead first key head
     * @param keyHeads number of key heads
     */
    record Item(DocumentSpan span, int firstKeyHead, int keyHeads) {
        private long cost() {
            return span.headLength() * (span.headLength() + 200L) * keyHeads;
        }
    }

    private AttentionShare() {}

    /** Where the documents of a batch lie. */
    static List<DocumentSpan> spans(PackedBatch batch) {
        List<DocumentSpan> spans = new ArrayList<>();
        int headStart = 0;
        for (int document = 0; document < batch.documentCount(); document++) {
            int length = batch.length(document);
            int padded = DocumentSpan.padded(length);
            spans.add(new DocumentSpan(batch.start(document), length, headStart, padded));
            headStart += padded;
        }
        return spans;
    }

    /** The items of each member: the dearest first, each to the member with the least to do. */
    static List<List<Item>> of(List<DocumentSpan> spans, ModelPlan plan, int members) {
        List<Item> items = new ArrayList<>();
        int all = plan.shape().keyValueHeadCount();
        boolean isSplit = spans.size() < 3 * members;
        for (DocumentSpan span : spans) {
            int atOnce = isSplit ? 1 : plan.keyHeadsAtOnce(span.headLength());
            for (int head = 0; head < all; head += atOnce) {
                items.add(new Item(span, head, Math.min(atOnce, all - head)));
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
