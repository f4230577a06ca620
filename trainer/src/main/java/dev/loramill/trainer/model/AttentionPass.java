package dev.loramill.trainer.model;

import dev.loramill.trainer.kernel.DocumentSpan;
import dev.loramill.trainer.kernel.HeadLayout;
import dev.loramill.trainer.model.AttentionShare.Item;
import dev.loramill.trainer.profile.StepPart;
import dev.loramill.trainer.tensor.Gemm.Form;
import java.util.List;

/** One member's share of the attention: some key heads of some documents. */
final class AttentionPass {
    private final HeadLayout heads;
    private final Scratch scratch;
    private final Workspace own;
    private final List<Item> share;

    AttentionPass(ModelPlan plan, Scratch scratch, Workspace own, List<Item> share) {
        this.heads = plan.heads();
        this.scratch = scratch;
        this.own = own;
        this.share = share;
    }

    /** Fills the attention's output from queries, keys and values. */
    void forward(Activations kept) {
        for (Item item : share) {
            forward(item, kept);
        }
    }

    /** Gradients of keys and values; those of the queries are left where the queries were. */
    void backward(Activations kept) {
        for (Item item : share) {
            backward(item, kept);
        }
    }

    private void forward(Item item, Activations kept) {
        DocumentSpan span = item.span();
        int length = span.headLength();
        int lines = heads.group() * length;
        int dimension = heads.dimension();
        int batch = item.keyHeads();
        int firstHead = item.firstKeyHead() * heads.group();
        int headCount = batch * heads.group();
        long queries = heads.query(span, firstHead, 0);
        long keys = heads.keyValue(span, item.firstKeyHead(), 0);
        long first = heads.perHead(span, firstHead, 0);
        own.gemm.batched(
                Form.SECOND_TRANSPOSED,
                own.scores.at(0),
                kept.queries.at(queries),
                kept.keys.at(keys),
                batch,
                lines,
                dimension,
                length);
        own.clock.lap(StepPart.ATTENTION_PRODUCTS);
        own.attention.softmax(own.scores, headCount, span, kept.logSums, first);
        own.clock.lap(StepPart.ATTENTION);
        own.gemm.batched(
                Form.PLAIN,
                scratch.heads.at(queries),
                own.scores.at(0),
                kept.values.at(keys),
                batch,
                lines,
                length,
                dimension);
        own.clock.lap(StepPart.ATTENTION_PRODUCTS);
        own.attention.joinOutput(heads, scratch.heads, span, firstHead, headCount, kept.attention);
        own.clock.lap(StepPart.ATTENTION);
    }

    private void backward(Item item, Activations kept) {
        DocumentSpan span = item.span();
        int length = span.headLength();
        int lines = heads.group() * length;
        int dimension = heads.dimension();
        int batch = item.keyHeads();
        int firstHead = item.firstKeyHead() * heads.group();
        int headCount = batch * heads.group();
        long queries = heads.query(span, firstHead, 0);
        long keys = heads.keyValue(span, item.firstKeyHead(), 0);
        long first = heads.perHead(span, firstHead, 0);
        own.gemm.batched(
                Form.SECOND_TRANSPOSED,
                own.scores.at(0),
                kept.queries.at(queries),
                kept.keys.at(keys),
                batch,
                lines,
                dimension,
                length);
        own.clock.lap(StepPart.ATTENTION_PRODUCTS);
        own.gemm.batched(
                Form.SECOND_TRANSPOSED,
                own.dScores.at(0),
                scratch.heads.at(queries),
                kept.values.at(keys),
                batch,
                lines,
                dimension,
                length);
        own.clock.lap(StepPart.ATTENTION_PRODUCTS);
        own.attention.softmaxBackward(
                own.scores, own.dScores, headCount, span, kept.logSums, scratch.dots, first);
        own.clock.lap(StepPart.ATTENTION);
        own.gemm.batched(
                Form.FIRST_TRANSPOSED,
                scratch.dValues.at(keys),
                own.scores.at(0),
                scratch.heads.at(queries),
                batch,
                length,
                lines,
                dimension);
        own.clock.lap(StepPart.ATTENTION_PRODUCTS);
        own.gemm.batched(
                Form.FIRST_TRANSPOSED,
                scratch.dKeys.at(keys),
                own.dScores.at(0),
                kept.queries.at(queries),
                batch,
                length,
                lines,
                dimension);
        own.clock.lap(StepPart.ATTENTION_PRODUCTS);
        own.gemm.batched(
                Form.PLAIN,
                kept.queries.at(queries),
                own.dScores.at(0),
                kept.keys.at(keys),
                batch,
                lines,
                length,
                dimension);
        own.clock.lap(StepPart.ATTENTION_PRODUCTS);
    }
}
