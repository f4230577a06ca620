package dev.loramill.trainer.model;

import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.kernel.DocumentSpan;
import dev.loramill.trainer.kernel.DropoutMask;
import dev.loramill.trainer.kernel.LoraKernels;
import dev.loramill.trainer.kernel.RowCodec;
import dev.loramill.trainer.kernel.VectorPadding;
import dev.loramill.trainer.lora.LoraConfig;
import dev.loramill.trainer.lora.LoraLayout;
import dev.loramill.trainer.lora.LoraParameters;
import dev.loramill.trainer.model.LinearGroup.Part;
import dev.loramill.trainer.profile.PartClock;
import dev.loramill.trainer.profile.StepPart;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixAllocator;
import dev.loramill.trainer.tensor.Team;
import dev.loramill.trainer.tensor.Team.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A frozen base with a LoRA adapter on the CPU, in kernels of our own between matrix products.
 *
 * <p>Not safe for use by several threads; it spreads its work over the team itself. All memory is
 * allocated when it is made.
 */
public final class Transformer implements AdaptedModel {
    static final String EMBEDDING = "token_embd.weight";
    private static final String OUTPUT = "output.weight";

    private final FrozenWeights base;
    private final Team team;
    private final ModelPlan plan;
    private final ModelMemory memory;
    private final List<BlockVectors> vectors = new ArrayList<>();
    private final LossHead lossHead;

    /**
     * Allocates everything and dequantizes what stays.
     *
     * @throws UnsupportedBaseException if the base cannot be trained
     */
    @SuppressWarnings("this-escape")
    public Transformer(
            FrozenWeights base,
            LoraConfig lora,
            TransformerOptions options,
            Team team,
            MatrixAllocator allocator) {
        this.base = base;
        this.team = team;
        this.plan = ModelPlan.of(base, lora, options);
        ModelHyperparameters shape = base.shape();
        for (int block = 0; block < shape.blockCount(); block++) {
            vectors.add(BlockVectors.read(base, plan.architecture(), block));
        }
        this.memory = new ModelMemory(plan, team.size(), allocator);
        this.lossHead =
                new LossHead(
                        memory.head,
                        VectorPadding.pad(
                                Vectors.required(
                                        base, "output_norm.weight", shape.embeddingLength())));
        team.run(this::loadKeptWeights);
        if (plan.keepsWeights()) {
            base.unload();
        }
    }

    /**
     * Counts, without allocating it, the memory that a transformer of these options takes.
     *
     * @throws UnsupportedBaseException if the base cannot be trained
     */
    public static void count(
            FrozenWeights base,
            LoraConfig lora,
            TransformerOptions options,
            int teamSize,
            MatrixAllocator allocator) {
        ModelMemory _ = new ModelMemory(ModelPlan.of(base, lora, options), teamSize, allocator);
    }

    @Override
    public LoraParameters parameters() {
        return memory.parameters;
    }

    @Override
    public void publish() {
        if (plan.keepsWeights()) {
            team.run(member -> {
                int count = memory.weights.size();
                for (int b = member.from(count); b < member.to(count); b++) {
                    memory.weights.get(b).publish(memory.parameters, b);
                }
            });
        }
    }

    @Override
    public BatchLoss accumulate(PackedBatch batch, double gradientScale, long dropoutKey) {
        return run(batch, (float) gradientScale, new DropoutMask(dropoutKey, batch.origins()));
    }

    @Override
    public BatchLoss evaluate(PackedBatch batch) {
        return run(batch, 0f, null);
    }

    @Override
    public void close() {
        // All memory is the arena's.
    }

    @Override
    public Map<StepPart, Double> takePartSeconds() {
        List<PartClock> clocks = memory.workspaces.stream().map(own -> own.clock).toList();
        Map<StepPart, Double> seconds = PartClock.meanSeconds(clocks);
        clocks.forEach(PartClock::reset);
        return seconds;
    }

    /** Logits of some rows of a batch, for tests; [rows, vocabulary]. */
    float[][] logits(PackedBatch batch, int rowCount) {
        run(batch, 0f, null);
        Workspace own = memory.workspaces.getFirst();
        Matrix stream = memory.inputs.getLast();
        int vocabulary = plan.shape().vocabularySize();
        float[][] logits = new float[rowCount][vocabulary];
        team.run(member -> {
            if (member.index() == 0) {
                for (int row = 0; row < rowCount; row++) {
                    lossHead.logits(own, stream, row);
                    RowCodec.load(
                            own.logits.precision(),
                            own.logits.address(0, 0),
                            logits[row],
                            0,
                            vocabulary);
                }
            }
        });
        return logits;
    }

    private BatchLoss run(PackedBatch batch, float gradientScale, @Nullable DropoutMask dropped) {
        boolean withGradient = dropped != null;
        if (batch.tokenCount() > plan.maxRows() || batch.longest() > plan.longestDocument()) {
            throw new IllegalArgumentException(
                    "batch must have at most "
                            + plan.maxRows()
                            + " tokens and documents of at most "
                            + plan.longestDocument()
                            + ", got "
                            + batch.tokenCount()
                            + " and "
                            + batch.longest());
        }
        List<DocumentSpan> spans = AttentionShare.spans(batch);
        List<List<AttentionShare.Item>> shares = AttentionShare.of(spans, plan, team.size());
        memory.workspaces.forEach(own -> own.loss.reset());
        team.run(member -> {
            Workspace own = memory.workspaces.get(member.index());
            RowShare rows = RowShare.of(batch.tokenCount(), team.size(), member.index());
            BlockPass pass =
                    new BlockPass(
                            plan,
                            memory.scratch,
                            own,
                            member,
                            rows,
                            spans,
                            shares.get(member.index()),
                            dropped);
            own.clock.start();
            forward(pass, member, batch, rows, withGradient);
            if (withGradient) {
                own.lora.clear(memory.gradient, rows.from(), rows.to());
            }
            own.clock.lap(StepPart.ELEMENT_WISE);
            member.await();
            own.clock.lap(StepPart.WAITING);
            lossHead.run(
                    own,
                    member,
                    batch,
                    memory.inputs.getLast(),
                    memory.gradient,
                    withGradient,
                    gradientScale);
            member.await();
            own.clock.lap(StepPart.WAITING);
            if (withGradient) {
                backward(pass, member);
            }
        });
        BatchLoss loss = BatchLoss.NONE;
        for (Workspace own : memory.workspaces) {
            loss = loss.plus(new BatchLoss(own.loss.lossSum(), 0, own.loss.correct()));
        }
        return loss.plus(new BatchLoss(0, batch.labelCount(), 0));
    }

    private void forward(
            BlockPass pass, Member member, PackedBatch batch, RowShare rows, boolean withGradient) {
        Matrix first = memory.inputs.getFirst();
        for (int row = rows.from(); row < rows.to(); row++) {
            embed(batch.token(row), first, row);
        }
        clockOf(member).lap(StepPart.ELEMENT_WISE);
        for (int block = 0; block < vectors.size(); block++) {
            Activations kept = withGradient ? activationsOf(block) : null;
            pass.forward(blockAt(block, kept, member), memory.inputs.get(block + 1));
        }
    }

    private void embed(int token, Matrix target, int row) {
        if (plan.shape().isTied()) {
            long bytes = (long) target.columns() * target.precision().bytes();
            RowCodec.copy(memory.head.address(token, 0), target.address(row, 0), bytes);
        } else {
            base.rows(EMBEDDING, token, 1, target, row);
        }
    }

    private void backward(BlockPass pass, Member member) {
        int last = vectors.size() - 1;
        for (int index = last; index >= 0; index--) {
            Activations kept = activationsOf(index);
            BlockAt block = blockAt(index, kept, member);
            if (kept == null) {
                pass.forward(block, null);
            }
            pass.backward(
                    block,
                    memory.gradient,
                    () -> {
                        reduce(member, block.index(), false);
                        if (block.index() < last) {
                            reduce(member, block.index() + 1, true);
                        }
                    });
        }
        member.await();
        clockOf(member).lap(StepPart.WAITING);
        reduce(member, 0, true);
        clockOf(member).lap(StepPart.ADAPTER);
    }

    private BlockAt blockAt(int index, @Nullable Activations kept, Member member) {
        return new BlockAt(
                index,
                weightsOf(index, member),
                vectors.get(index),
                kept == null ? memory.shared : kept,
                memory.inputs.get(index));
    }

    private @Nullable Activations activationsOf(int block) {
        int fromEnd = vectors.size() - 1 - block;
        return fromEnd < memory.retained.size() ? memory.retained.get(fromEnd) : null;
    }

    private BlockWeights weightsOf(int block, Member member) {
        if (plan.keepsWeights()) {
            return memory.weights.get(block);
        }
        BlockWeights only = memory.weights.getFirst();
        PartClock clock = clockOf(member);
        member.await();
        clock.lap(StepPart.WAITING);
        only.load(base, block, member);
        if (member.index() == 0) {
            only.publish(memory.parameters, block);
        }
        clock.lap(StepPart.WEIGHTS);
        member.await();
        clock.lap(StepPart.WAITING);
        return only;
    }

    private PartClock clockOf(Member member) {
        return memory.workspaces.get(member.index()).clock;
    }

    /** Adds the partial gradients of the first group, or of all others, of a block. */
    private void reduce(Member member, int block, boolean isFirstGroup) {
        for (LinearGroup group : plan.groups().all()) {
            boolean isFirst = group.role() == LinearGroup.Role.QUERY_KEY_VALUE;
            if (isFirst != isFirstGroup || !group.isAdapted()) {
                continue;
            }
            Matrix[] firsts = partials(group.role(), true);
            Matrix[] seconds = partials(group.role(), false);
            for (Part part : group.parts()) {
                if (part.isAdapted()) {
                    LoraLayout.Slot slot = memory.parameters.layout().slot(block, part.target());
                    int a = member.from(slot.rank());
                    LoraKernels.reduce(
                            firsts,
                            part.rankOffset() + a,
                            0,
                            memory.parameters.gradients(),
                            slot.aOffset() + (long) a * slot.inputLength(),
                            member.to(slot.rank()) - a,
                            slot.inputLength());
                    int b = member.from(slot.outputLength());
                    LoraKernels.reduce(
                            seconds,
                            part.outputOffset() + b,
                            part.rankOffset(),
                            memory.parameters.gradients(),
                            slot.bOffset() + (long) b * slot.rank(),
                            member.to(slot.outputLength()) - b,
                            slot.rank());
                }
            }
        }
    }

    private Matrix[] partials(LinearGroup.Role role, boolean isFirst) {
        Matrix[] partials = new Matrix[memory.workspaces.size()];
        for (int member = 0; member < partials.length; member++) {
            Workspace own = memory.workspaces.get(member);
            partials[member] = isFirst ? own.dFirst.get(role) : own.dSecond.get(role);
        }
        return partials;
    }

    private void loadKeptWeights(Member member) {
        String name = plan.shape().isTied() ? EMBEDDING : OUTPUT;
        int rows = memory.head.rows();
        int first = member.from(rows);
        base.rows(name, first, member.to(rows) - first, memory.head, first);
        if (plan.keepsWeights()) {
            for (int block = 0; block < memory.weights.size(); block++) {
                memory.weights.get(block).load(base, block, member);
                if (member.index() == 0) {
                    // Else the whole file would lie beside the weights once, and be the peak.
                    base.unload();
                }
            }
        }
    }
}
