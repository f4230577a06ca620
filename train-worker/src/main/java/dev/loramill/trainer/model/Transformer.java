package dev.loramill.trainer.model;

import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.kernel.LoraKernels;
import dev.loramill.trainer.kernel.RotaryTable;
import dev.loramill.trainer.kernel.RowCodec;
import dev.loramill.trainer.kernel.VectorPadding;
import dev.loramill.trainer.lora.LoraConfig;
import dev.loramill.trainer.lora.LoraLayout;
import dev.loramill.trainer.lora.LoraParameters;
import dev.loramill.trainer.model.LinearGroup.Part;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixArena;
import dev.loramill.trainer.tensor.Team;
import dev.loramill.trainer.tensor.Team.Member;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A frozen base with a LoRA adapter: losses, and the gradients of the adapter's parameters.
 *
 * <p>Not safe for use by several threads; it spreads its work over the team itself. All memory is
 * allocated when it is made.
 */
public final class Transformer {
    private static final String EMBEDDING = "token_embd.weight";
    private static final String OUTPUT = "output.weight";

    private final FrozenWeights base;
    private final Team team;
    private final ModelPlan plan;
    private final LoraParameters parameters;
    private final List<BlockVectors> vectors = new ArrayList<>();
    private final List<BlockWeights> weights = new ArrayList<>();
    private final List<Matrix> inputs = new ArrayList<>();
    private final List<Activations> retained = new ArrayList<>();
    private final Activations shared;
    private final Scratch scratch;
    private final List<Workspace> workspaces = new ArrayList<>();
    private final Matrix gradient;
    private final LossHead lossHead;
    private final Matrix head;

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
            MatrixArena arena) {
        this.base = base;
        this.team = team;
        ModelHyperparameters shape = base.shape();
        this.plan = plan(base, lora, options);
        this.parameters = new LoraParameters(new LoraLayout(shape, lora), arena);
        for (int block = 0; block < shape.blockCount(); block++) {
            vectors.add(BlockVectors.read(base, plan.architecture(), block));
        }
        int loaded = plan.keepsWeights() ? shape.blockCount() : 1;
        for (int i = 0; i < loaded; i++) {
            weights.add(new BlockWeights(plan.groups(), plan.precision(), arena, "base weights"));
        }
        for (int i = 0; i <= shape.blockCount(); i++) {
            inputs.add(stream(arena, "input " + i));
        }
        for (int i = 0; i < plan.retainedBlocks(); i++) {
            retained.add(activations(arena, "retained activations"));
        }
        this.shared = activations(arena, "working memory");
        this.scratch =
                new Scratch(
                        plan.groups(),
                        plan.heads(),
                        plan.maxRows(),
                        shape.embeddingLength(),
                        plan.precision(),
                        arena);
        for (int member = 0; member < team.size(); member++) {
            workspaces.add(new Workspace(member, plan, arena));
        }
        this.gradient = stream(arena, "gradient");
        this.head =
                arena.zeros(
                        "base weights",
                        "head",
                        shape.vocabularySize(),
                        shape.embeddingLength(),
                        plan.precision());
        this.lossHead =
                new LossHead(
                        head,
                        VectorPadding.pad(
                                Vectors.required(
                                        base, "output_norm.weight", shape.embeddingLength())));
        team.run(this::loadKeptWeights);
    }

    /** The adapter's parameters; call {@link #publish} after changing them. */
    public LoraParameters parameters() {
        return parameters;
    }

    /** Makes changed parameters take effect. */
    public void publish() {
        if (plan.keepsWeights()) {
            team.run(member -> {
                int count = weights.size();
                for (int b = member.from(count); b < member.to(count); b++) {
                    weights.get(b).publish(parameters, b);
                }
            });
        }
    }

    /**
     * Adds the gradients of the batch's loss, times {@code gradientScale}, to those of the
     * parameters.
     */
    public BatchLoss accumulate(PackedBatch batch, double gradientScale) {
        return run(batch, true, (float) gradientScale);
    }

    /** Measures the loss and changes nothing. */
    public BatchLoss evaluate(PackedBatch batch) {
        return run(batch, false, 0f);
    }

    /** Logits of some rows of a batch, for tests; [rows, vocabulary]. */
    float[][] logits(PackedBatch batch, int rowCount) {
        run(batch, false, 0f);
        Workspace own = workspaces.getFirst();
        Matrix stream = inputs.getLast();
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

    private BatchLoss run(PackedBatch batch, boolean withGradient, float gradientScale) {
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
        List<List<AttentionShare.Item>> shares = AttentionShare.of(batch, plan, team.size());
        workspaces.forEach(own -> own.loss.reset());
        team.run(member -> {
            Workspace own = workspaces.get(member.index());
            BlockPass pass =
                    new BlockPass(plan, scratch, own, member, batch, shares.get(member.index()));
            forward(pass, member, batch, withGradient);
            if (withGradient) {
                clear(gradient, member, batch.tokenCount());
            }
            member.await();
            lossHead.run(
                    own, member, batch, inputs.getLast(), gradient, withGradient, gradientScale);
            member.await();
            if (withGradient) {
                backward(pass, member);
            }
        });
        BatchLoss loss = BatchLoss.NONE;
        for (Workspace own : workspaces) {
            loss = loss.plus(new BatchLoss(own.loss.lossSum(), 0, own.loss.correct()));
        }
        return loss.plus(new BatchLoss(0, batch.labelCount(), 0));
    }

    private void forward(BlockPass pass, Member member, PackedBatch batch, boolean withGradient) {
        Matrix first = inputs.getFirst();
        int rows = batch.tokenCount();
        for (int row = member.from(rows); row < member.to(rows); row++) {
            base.rows(EMBEDDING, batch.token(row), 1, first, row);
        }
        for (int block = 0; block < vectors.size(); block++) {
            Activations kept = withGradient ? activationsOf(block) : null;
            pass.forward(
                    weightsOf(block, member),
                    vectors.get(block),
                    kept == null ? shared : kept,
                    inputs.get(block),
                    inputs.get(block + 1));
        }
    }

    private void backward(BlockPass pass, Member member) {
        int last = vectors.size() - 1;
        for (int block = last; block >= 0; block--) {
            Activations kept = activationsOf(block);
            BlockWeights loaded = weightsOf(block, member);
            if (kept == null) {
                kept = shared;
                pass.forward(loaded, vectors.get(block), kept, inputs.get(block), null);
            } else {
                pass.restore(vectors.get(block), kept, inputs.get(block));
            }
            int current = block;
            pass.backward(
                    loaded,
                    vectors.get(block),
                    kept,
                    inputs.get(block),
                    gradient,
                    () -> {
                        reduce(member, current, false);
                        if (current < last) {
                            reduce(member, current + 1, true);
                        }
                    });
        }
        member.await();
        reduce(member, 0, true);
    }

    private @Nullable Activations activationsOf(int block) {
        int fromEnd = vectors.size() - 1 - block;
        return fromEnd < retained.size() ? retained.get(fromEnd) : null;
    }

    private BlockWeights weightsOf(int block, Member member) {
        if (plan.keepsWeights()) {
            return weights.get(block);
        }
        BlockWeights only = weights.getFirst();
        member.await();
        only.load(base, block, member);
        if (member.index() == 0) {
            only.publish(parameters, block);
        }
        member.await();
        return only;
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
                    LoraLayout.Slot slot = parameters.layout().slot(block, part.target());
                    int a = member.from(slot.rank());
                    LoraKernels.reduce(
                            firsts,
                            part.rankOffset() + a,
                            0,
                            parameters.gradients(),
                            slot.aOffset() + (long) a * slot.inputLength(),
                            member.to(slot.rank()) - a,
                            slot.inputLength(),
                            1f);
                    int b = member.from(slot.outputLength());
                    LoraKernels.reduce(
                            seconds,
                            part.outputOffset() + b,
                            part.rankOffset(),
                            parameters.gradients(),
                            slot.bOffset() + (long) b * slot.rank(),
                            member.to(slot.outputLength()) - b,
                            slot.rank(),
                            1f);
                }
            }
        }
    }

    private Matrix[] partials(LinearGroup.Role role, boolean isFirst) {
        Matrix[] partials = new Matrix[workspaces.size()];
        for (int member = 0; member < partials.length; member++) {
            Workspace own = workspaces.get(member);
            partials[member] = isFirst ? own.dFirst.get(role) : own.dSecond.get(role);
        }
        return partials;
    }

    private void loadKeptWeights(Member member) {
        String name = plan.shape().isTied() ? EMBEDDING : OUTPUT;
        int rows = head.rows();
        int first = member.from(rows);
        base.rows(name, first, member.to(rows) - first, head, first);
        if (plan.keepsWeights()) {
            for (int block = 0; block < weights.size(); block++) {
                weights.get(block).load(base, block, member);
            }
        }
    }

    private static void clear(Matrix matrix, Member member, int rows) {
        int from = member.from(rows);
        int to = member.to(rows);
        if (from < to) {
            RowCodec.clear(
                    matrix.address(from, 0),
                    (long) (to - from) * matrix.columns() * matrix.precision().bytes());
        }
    }

    private Matrix stream(MatrixArena arena, String name) {
        return arena.zeros(
                "residual stream",
                name,
                plan.maxRows(),
                plan.shape().embeddingLength(),
                plan.precision());
    }

    private Activations activations(MatrixArena arena, String purpose) {
        return new Activations(
                plan.groups(),
                plan.heads(),
                plan.architecture() == Architecture.QWEN3,
                plan.maxRows(),
                plan.precision(),
                arena,
                purpose);
    }

    private static ModelPlan plan(FrozenWeights base, LoraConfig lora, TransformerOptions options) {
        ModelHyperparameters shape = base.shape();
        Architecture architecture =
                Architecture.of(shape.architecture())
                        .orElseThrow(() ->
                                new UnsupportedBaseException(
                                        "architecture \""
                                                + shape.architecture()
                                                + "\" cannot be trained; allowed: "
                                                + Architecture.names()));
        float[] factors =
                shape.ropeFactorsTensor()
                        .map(name -> Vectors.required(base, name, shape.ropeDimensionCount() / 2))
                        .orElse(null);
        RotaryTable table =
                new RotaryTable(
                        architecture.pairing(),
                        shape.ropeDimensionCount(),
                        shape.ropeFrequencyBase(),
                        factors,
                        options.longestDocument());
        return new ModelPlan(
                shape,
                architecture,
                lora,
                LinearGroup.all(shape, lora),
                table,
                options.precision(),
                options.maxRows(),
                options.longestDocument(),
                Math.min(options.retainedBlocks(), shape.blockCount()),
                options.keepsWeights());
    }
}
