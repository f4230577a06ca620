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

    private static final int SPLIT_DOCUMENTS_PER_MEMBER = 2;

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

    /**
     * The items of each member: the dearest first, each to the member with the least to do. Long
     * documents stay whole, since few large products take less time than many small ones; the
     * shortest go head by head, to even out what is left.
     */
    static List<List<Item>> of(List<DocumentSpan> spans, ModelPlan plan, int members) {
        List<DocumentSpan> longestFirst =
                spans.stream()
                        .sorted(Comparator.comparingInt(DocumentSpan::headLength).reversed())
                        .toList();
        int whole = Math.max(0, spans.size() - SPLIT_DOCUMENTS_PER_MEMBER * members);
        List<Item> items = new ArrayList<>();
        int all = plan.shape().keyValueHeadCount();
        for (int i = 0; i < longestFirst.size(); i++) {
            DocumentSpan span = longestFirst.get(i);
            int atOnce = i < whole ? plan.keyHeadsAtOnce(span.headLength()) : 1;
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
