package dev.loramill.trainer.model;

import dev.loramill.trainer.kernel.DocumentSpan;
import dev.loramill.trainer.kernel.DropoutMask;
import dev.loramill.trainer.model.LinearGroup.Role;
import dev.loramill.trainer.profile.StepPart;
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
    private final List<DocumentSpan> spans;
    private final LinearPass linear;
    private final AttentionPass attention;
    private final int from;
    private final int to;

    /**
     * Prepares one member's pass of a batch.
     *
     * @param dropped says which inputs of the adapters are dropped; null drops none
     */
    BlockPass(
            ModelPlan plan,
            Scratch scratch,
            Workspace own,
            Member member,
            RowShare rows,
            List<DocumentSpan> spans,
            List<AttentionShare.Item> share,
            @Nullable DropoutMask dropped) {
        this.plan = plan;
        this.scratch = scratch;
        this.own = own;
        this.member = member;
        this.spans = spans;
        this.from = rows.from();
        this.to = rows.to();
        this.linear = new LinearPass(plan, scratch, own, dropped, rows);
        this.attention = new AttentionPass(plan, scratch, own, share);
    }

    /**
     * Computes the block; without {@code next} it stops where the backward pass has all it needs.
     */
    void forward(BlockAt block, @Nullable Matrix next) {
        Activations kept = block.kept();
        BlockVectors vectors = block.vectors();
        Matrix projections = projections(kept);
        Matrix x = scratch.inputs.queryKeyValue();
        own.norm.normalize(block.input(), vectors.attentionNorm(), x, from, to);
        own.clock.lap(StepPart.ELEMENT_WISE);
        linear.forward(block, Role.QUERY_KEY_VALUE, x, projections);
        forEachDocument((span, first, last) ->
                own.rotary.split(
                        projections,
                        vectors.heads(),
                        span,
                        first,
                        last,
                        kept.queries,
                        kept.keys,
                        kept.values));
        own.clock.lap(StepPart.ELEMENT_WISE);
        member.await();
        own.clock.lap(StepPart.WAITING);
        attention.forward(kept);
        member.await();
        own.clock.lap(StepPart.WAITING);
        linear.forward(block, Role.OUTPUT, kept.attention, scratch.output);
        Matrix gated = scratch.inputs.gateUp();
        own.norm.addNormalize(
                block.input(),
                scratch.output,
                vectors.feedForwardNorm(),
                kept.middle,
                gated,
                from,
                to);
        own.clock.lap(StepPart.ELEMENT_WISE);
        linear.forward(block, Role.GATE_UP, gated, kept.gateUp);
        Matrix activated = scratch.inputs.down();
        own.activation.swiglu(kept.gateUp, activated, from, to);
        own.clock.lap(StepPart.ELEMENT_WISE);
        if (next == null) {
            linear.innerVectors(block, Role.DOWN, activated);
            return;
        }
        linear.forward(block, Role.DOWN, activated, scratch.output);
        own.norm.add(kept.middle, scratch.output, next, from, to);
        own.clock.lap(StepPart.ELEMENT_WISE);
    }

    /**
     * Turns the gradient of the block's output in place into that of its input; destroys what was
     * kept. {@code duringAttention} runs between the two meetings.
     */
    void backward(BlockAt block, Matrix gradient, Runnable duringAttention) {
        Activations kept = block.kept();
        BlockVectors vectors = block.vectors();
        Matrix dActivated = linear.backward(block, Role.DOWN, gradient);
        Matrix activated = scratch.inputs.down();
        own.activation.swigluBackward(kept.gateUp, dActivated, activated, from, to);
        own.clock.lap(StepPart.ELEMENT_WISE);
        linear.firstGradient(block, Role.DOWN, activated);
        Matrix dGated = linear.backward(block, Role.GATE_UP, kept.gateUp);
        Matrix gated = scratch.inputs.gateUp();
        own.norm.normalizeBackward(
                dGated, kept.middle, vectors.feedForwardNorm(), gradient, gated, from, to);
        own.clock.lap(StepPart.ELEMENT_WISE);
        linear.firstGradient(block, Role.GATE_UP, gated);
        Matrix dAttention = linear.backward(block, Role.OUTPUT, gradient);
        linear.firstGradient(block, Role.OUTPUT, kept.attention);
        forEachDocument((span, first, last) ->
                own.attention.splitOutput(
                        plan.heads(),
                        dAttention,
                        kept.attention,
                        span,
                        first,
                        last,
                        scratch.heads,
                        scratch.dots));
        own.clock.lap(StepPart.ATTENTION);
        member.await();
        own.clock.lap(StepPart.WAITING);
        attention.backward(kept);
        duringAttention.run();
        own.clock.lap(StepPart.ADAPTER);
        member.await();
        own.clock.lap(StepPart.WAITING);
        Matrix projections = projections(kept);
        forEachDocument((span, first, last) ->
                own.rotary.join(
                        projections,
                        vectors.heads(),
                        span,
                        first,
                        last,
                        kept.queries,
                        scratch.dKeys,
                        scratch.dValues));
        own.clock.lap(StepPart.ELEMENT_WISE);
        Matrix dx = linear.backward(block, Role.QUERY_KEY_VALUE, projections);
        Matrix x = scratch.inputs.queryKeyValue();
        own.norm.normalizeBackward(
                dx, block.input(), vectors.attentionNorm(), gradient, x, from, to);
        own.clock.lap(StepPart.ELEMENT_WISE);
        linear.firstGradient(block, Role.QUERY_KEY_VALUE, x);
    }

    private Matrix projections(Activations kept) {
        return kept.projections == null ? scratch.projections : kept.projections;
    }

    private interface DocumentRows {
        void accept(DocumentSpan span, int first, int last);
    }

    /** Calls for each document that has rows of this member, with those rows. */
    private void forEachDocument(DocumentRows action) {
        for (DocumentSpan span : spans) {
            int first = Math.max(from, span.start());
            int last = Math.min(to, span.start() + span.length());
            if (first < last) {
                action.accept(span, first, last);
            }
        }
    }
}
