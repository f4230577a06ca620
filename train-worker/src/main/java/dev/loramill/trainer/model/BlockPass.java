package dev.loramill.trainer.model;

import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.kernel.HeadLayout;
import dev.loramill.trainer.model.LinearGroup.Role;
import dev.loramill.trainer.tensor.Gemm.Form;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.Team.Member;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One member's way through one transformer block, forward and backward.
 *
 * <p>Rows are shared evenly; attention is shared by document and key head. So members meet twice in
 * each direction: once all queries, keys and values are there, and once attention is done.
 */
final class BlockPass {
    private final ModelPlan plan;
    private final Scratch scratch;
    private final Workspace own;
    private final Member member;
    private final PackedBatch batch;
    private final List<AttentionShare.Item> share;
    private final HeadLayout heads;
    private final float loraScale;
    private final int from;
    private final int to;

    BlockPass(
            ModelPlan plan,
            Scratch scratch,
            Workspace own,
            Member member,
            PackedBatch batch,
            List<AttentionShare.Item> share) {
        this.plan = plan;
        this.scratch = scratch;
        this.own = own;
        this.member = member;
        this.batch = batch;
        this.share = share;
        this.heads = plan.heads();
        this.loraScale = (float) plan.lora().scale();
        this.from = member.from(batch.tokenCount());
        this.to = member.to(batch.tokenCount());
    }

    /**
     * Computes the block; without {@code next} it stops where the backward pass has all it needs.
     */
    void forward(
            BlockWeights weights,
            BlockVectors vectors,
            Activations kept,
            Matrix input,
            @Nullable Matrix next) {
        Matrix projections = projections(kept);
        Matrix x = scratch.inputs.get(Role.QUERY_KEY_VALUE);
        own.norm.normalize(input, vectors.attentionNorm(), x, from, to);
        multiply(weights, Role.QUERY_KEY_VALUE, x, kept, projections);
        forEachDocument((start, length, first, last) ->
                own.rotary.split(
                        projections,
                        vectors.heads(),
                        start,
                        length,
                        first,
                        last,
                        kept.queries,
                        kept.keys,
                        kept.values));
        member.await();
        share.forEach(item -> attend(item, kept));
        member.await();
        multiply(weights, Role.OUTPUT, kept.attention, kept, scratch.output);
        Matrix gated = scratch.inputs.get(Role.GATE_UP);
        own.norm.addNormalize(
                input, scratch.output, vectors.feedForwardNorm(), kept.middle, gated, from, to);
        multiply(weights, Role.GATE_UP, gated, kept, kept.gateUp);
        Matrix activated = scratch.inputs.get(Role.DOWN);
        own.activation.swiglu(kept.gateUp, activated, from, to);
        if (next == null) {
            innerVectors(weights, Role.DOWN, activated, kept);
            return;
        }
        multiply(weights, Role.DOWN, activated, kept, scratch.output);
        own.norm.add(kept.middle, scratch.output, next, from, to);
    }

    /** Makes the widened inputs again that are not kept, out of what is. */
    void restore(BlockVectors vectors, Activations kept, Matrix input) {
        Matrix x = scratch.inputs.get(Role.QUERY_KEY_VALUE);
        own.norm.normalize(input, vectors.attentionNorm(), x, from, to);
        Matrix gated = scratch.inputs.get(Role.GATE_UP);
        own.norm.normalize(kept.middle, vectors.feedForwardNorm(), gated, from, to);
        Matrix activated = scratch.inputs.get(Role.DOWN);
        own.activation.swiglu(kept.gateUp, activated, from, to);
        for (LinearGroup group : plan.groups().all()) {
            if (group.isAdapted() && group.role() != Role.OUTPUT) {
                own.lora.reinject(
                        kept.inner.get(group.role()),
                        scratch.inputs.get(group.role()),
                        group.inputLength(),
                        from,
                        to);
            }
        }
    }

    /**
     * Turns the gradient of the block's output in place into that of its input; destroys what was
     * kept. {@code duringAttention} runs between the two meetings.
     */
    void backward(
            BlockWeights weights,
            BlockVectors vectors,
            Activations kept,
            Matrix input,
            Matrix gradient,
            Runnable duringAttention) {
        Matrix dActivated =
                multiplyBackward(weights, Role.DOWN, scratch.inputs.get(Role.DOWN), kept, gradient);
        own.activation.swigluBackward(kept.gateUp, dActivated, from, to);
        Matrix dGated =
                multiplyBackward(
                        weights, Role.GATE_UP, scratch.inputs.get(Role.GATE_UP), kept, kept.gateUp);
        own.norm.normalizeBackward(
                dGated, kept.middle, vectors.feedForwardNorm(), gradient, gradient, from, to);
        Matrix dAttention = multiplyBackward(weights, Role.OUTPUT, kept.attention, kept, gradient);
        forEachDocument((start, length, first, last) ->
                own.attention.splitOutput(
                        heads,
                        dAttention,
                        kept.attention,
                        start,
                        length,
                        first,
                        last,
                        scratch.heads,
                        scratch.dots));
        member.await();
        share.forEach(item -> attendBackward(item, kept));
        duringAttention.run();
        member.await();
        Matrix projections = projections(kept);
        forEachDocument((start, length, first, last) ->
                own.rotary.join(
                        projections,
                        vectors.heads(),
                        start,
                        length,
                        first,
                        last,
                        kept.queries,
                        scratch.dKeys,
                        scratch.dValues));
        Matrix dx =
                multiplyBackward(
                        weights,
                        Role.QUERY_KEY_VALUE,
                        scratch.inputs.get(Role.QUERY_KEY_VALUE),
                        kept,
                        projections);
        own.norm.normalizeBackward(
                dx, input, vectors.attentionNorm(), gradient, gradient, from, to);
    }

    private Matrix projections(Activations kept) {
        return kept.projections == null ? scratch.projections : kept.projections;
    }

    private void multiply(
            BlockWeights weights, Role role, Matrix x, Activations kept, Matrix output) {
        innerVectors(weights, role, x, kept);
        own.gemm.forward(output, x, weights.group(role).weights(), from, to - from);
    }

    private void innerVectors(BlockWeights weights, Role role, Matrix x, Activations kept) {
        BlockWeights.Widened widened = weights.group(role);
        if (widened.group().isAdapted()) {
            Matrix inner = kept.inner.get(role);
            own.gemm.forward(inner, x, widened.inner(), from, to - from);
            own.lora.inject(inner, loraScale, x, widened.group().inputLength(), from, to);
        }
    }

    private Matrix multiplyBackward(
            BlockWeights weights, Role role, Matrix x, Activations kept, Matrix dOutput) {
        int count = to - from;
        BlockWeights.Widened widened = weights.group(role);
        LinearGroup group = widened.group();
        Matrix dx = scratch.dInputs.get(role);
        own.gemm.backward(dx, dOutput, widened.weights(), from, count);
        if (group.isAdapted()) {
            Matrix dInner = scratch.dInner.get(role);
            own.lora.extract(dx, group.inputLength(), loraScale, dInner, from, to);
            own.gemm.weightGradient(own.dFirst.get(role), dInner, x, from, count);
            own.gemm.weightGradient(
                    own.dSecond.get(role), dOutput, kept.inner.get(role), from, count);
            own.gemm.addBackward(dx, dInner, widened.inner(), from, count);
        }
        return dx;
    }

    private void attend(AttentionShare.Item item, Activations kept) {
        int length = item.length();
        int queryHeads = item.keyHeads() * heads.group();
        int firstHead = item.firstKeyHead() * heads.group();
        int lines = heads.group() * length;
        long queries = heads.query(item.start(), length, firstHead, 0);
        long keys = heads.keyValue(item.start(), length, item.firstKeyHead(), 0);
        own.gemm.batched(
                Form.SECOND_TRANSPOSED,
                own.scores,
                0,
                kept.queries,
                queries,
                kept.keys,
                keys,
                item.keyHeads(),
                lines,
                heads.dimension(),
                length);
        own.attention.softmax(
                own.scores,
                queryHeads,
                length,
                kept.logSums,
                heads.perHead(item.start(), length, firstHead, 0));
        own.gemm.batched(
                Form.PLAIN,
                scratch.heads,
                queries,
                own.scores,
                0,
                kept.values,
                keys,
                item.keyHeads(),
                lines,
                length,
                heads.dimension());
        own.attention.joinOutput(
                heads, scratch.heads, item.start(), length, firstHead, queryHeads, kept.attention);
    }

    /** Leaves the gradient of the queries where the queries were. */
    private void attendBackward(AttentionShare.Item item, Activations kept) {
        int length = item.length();
        int queryHeads = item.keyHeads() * heads.group();
        int firstHead = item.firstKeyHead() * heads.group();
        int lines = heads.group() * length;
        int dimension = heads.dimension();
        int batches = item.keyHeads();
        long queries = heads.query(item.start(), length, firstHead, 0);
        long keys = heads.keyValue(item.start(), length, item.firstKeyHead(), 0);
        own.gemm.batched(
                Form.SECOND_TRANSPOSED,
                own.scores,
                0,
                kept.queries,
                queries,
                kept.keys,
                keys,
                batches,
                lines,
                dimension,
                length);
        own.gemm.batched(
                Form.SECOND_TRANSPOSED,
                own.dScores,
                0,
                scratch.heads,
                queries,
                kept.values,
                keys,
                batches,
                lines,
                dimension,
                length);
        own.attention.softmaxBackward(
                own.scores,
                own.dScores,
                queryHeads,
                length,
                kept.logSums,
                scratch.dots,
                heads.perHead(item.start(), length, firstHead, 0));
        own.gemm.batched(
                Form.FIRST_TRANSPOSED,
                scratch.dValues,
                keys,
                own.scores,
                0,
                scratch.heads,
                queries,
                batches,
                length,
                lines,
                dimension);
        own.gemm.batched(
                Form.FIRST_TRANSPOSED,
                scratch.dKeys,
                keys,
                own.dScores,
                0,
                kept.queries,
                queries,
                batches,
                length,
                lines,
                dimension);
        own.gemm.batched(
                Form.PLAIN,
                kept.queries,
                queries,
                own.dScores,
                0,
                kept.keys,
                keys,
                batches,
                lines,
                length,
                dimension);
    }

    private interface DocumentRows {
        void accept(int start, int length, int first, int last);
    }

    /** Calls for each document that has rows of this member, with those rows. */
    private void forEachDocument(DocumentRows action) {
        if (from >= to) {
            return;
        }
        int document = batch.documentOf(from);
        int row = from;
        while (row < to) {
            int start = batch.start(document);
            int end = start + batch.length(document);
            int last = Math.min(end, to);
            action.accept(start, end - start, row, last);
            row = last;
            document++;
        }
    }
}
