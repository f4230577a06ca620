package dev.loramill.trainer.autograd;

import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.trainer.data.PackedBatch;
import dev.loramill.trainer.device.Device;
import dev.loramill.trainer.kernel.DropoutMask;
import dev.loramill.trainer.kernel.RotaryTable;
import dev.loramill.trainer.lora.LoraConfig;
import dev.loramill.trainer.lora.LoraLayout;
import dev.loramill.trainer.lora.LoraParameters;
import dev.loramill.trainer.model.AdaptedModel;
import dev.loramill.trainer.model.Architecture;
import dev.loramill.trainer.model.BatchLoss;
import dev.loramill.trainer.model.FrozenWeights;
import dev.loramill.trainer.model.TransformerOptions;
import dev.loramill.trainer.model.UnsupportedBaseException;
import dev.loramill.trainer.model.Vectors;
import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.MatrixAllocator;
import dev.loramill.trainer.tensor.Team;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A frozen base with a LoRA adapter, of libtorch's operators, on any device that libtorch has.
 *
 * <p>Blocks run forward without a record, keeping their inputs; then, from the last, each runs
 * again under libtorch's automatic differentiation. The last blocks may keep their record instead.
 * Parameters and gradients are kept in the host's memory, and on a GPU once more there.
 */
public final class AutogradTransformer implements AdaptedModel {
    private final TransformerOptions options;
    private final ModelHyperparameters shape;
    private final TorchDevice device;
    private final RotaryTable rotary;
    private final LoraParameters parameters;
    private final BlockOperators operators;
    private final FlatVectors vectors;
    private final LoadedBlocks blocks;
    private final RetainedTensor head;
    private final RetainedTensor norm;
    private final Embedding embedding;
    private final LabelLoss labelLoss;

    /**
     * Allocates everything but what a batch needs, and dequantizes what stays.
     *
     * @param team dequantizes; on the CPU libtorch computes with as many threads
     * @param allocator of host memory
     * @throws UnsupportedBaseException if the base cannot be trained
     */
    public AutogradTransformer(
            FrozenWeights base,
            LoraConfig lora,
            TransformerOptions options,
            Device device,
            Team team,
            MatrixAllocator allocator) {
        this(
                base,
                lora,
                options,
                device,
                CausalAttention.fastestOn(device, options.precision()),
                team,
                allocator);
    }

    AutogradTransformer(
            FrozenWeights base,
            LoraConfig lora,
            TransformerOptions options,
            Device where,
            CausalAttention attention,
            Team team,
            MatrixAllocator allocator) {
        this.options = options;
        this.shape = base.shape();
        Architecture architecture =
                Architecture.of(shape.architecture())
                        .orElseThrow(() ->
                                new UnsupportedBaseException(
                                        "architecture \""
                                                + shape.architecture()
                                                + "\" cannot be trained; allowed: "
                                                + Architecture.names()));
        this.rotary = rotary(base, architecture, options.longestDocument());
        this.device = new TorchDevice(where, options.precision());
        this.parameters = new LoraParameters(new LoraLayout(shape, lora), allocator);
        this.operators =
                new BlockOperators(
                        shape,
                        lora,
                        architecture.pairing(),
                        attention,
                        new InputDropout(device, lora.dropout()));
        torch.set_num_threads(team.size());
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            WeightLoader loader = new WeightLoader(base, architecture, device, team, allocator);
            this.vectors = new FlatVectors(parameters, shape.blockCount(), device);
            this.blocks = new LoadedBlocks(loader, shape.blockCount(), options.keepsWeights());
            this.head = new RetainedTensor(loader.head());
            this.norm =
                    new RetainedTensor(
                            device.vector(
                                    Vectors.required(
                                            base, "output_norm.weight", shape.embeddingLength())));
        }
        this.labelLoss = new LabelLoss(device, norm.get(), head.get(), shape.rmsEpsilon());
        Matrix rows = Embedding.staging(shape, options, allocator);
        this.embedding = new Embedding(base, device, head.get(), rows);
        if (options.keepsWeights()) {
            base.unload();
        }
    }

    private static RotaryTable rotary(
            FrozenWeights base, Architecture architecture, int positions) {
        ModelHyperparameters shape = base.shape();
        float[] factors =
                shape.ropeFactorsTensor()
                        .map(name -> Vectors.required(base, name, shape.ropeDimensionCount() / 2))
                        .orElse(null);
        return new RotaryTable(
                architecture.pairing(),
                shape.ropeDimensionCount(),
                shape.ropeFrequencyBase(),
                factors,
                positions);
    }

    @Override
    public LoraParameters parameters() {
        return parameters;
    }

    @Override
    public void publish() {
        try (AutoGradMode off = new AutoGradMode(false)) {
            vectors.publish();
        }
    }

    @Override
    public BatchLoss evaluate(PackedBatch batch) {
        requireFits(batch);
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false);
                RetainedTensor stream =
                        forward(batch, Packing.of(batch, rotary, device), null, null)) {
            return labelLoss.evaluate(batch, stream.get());
        }
    }

    @Override
    public BatchLoss accumulate(PackedBatch batch, double gradientScale, long dropoutKey) {
        requireFits(batch);
        DropoutMask dropped = new DropoutMask(dropoutKey, batch.origins());
        Deque<Entry> tape = new ArrayDeque<>();
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            Packing packing = Packing.of(batch, rotary, device);
            BatchLoss loss;
            RetainedTensor gradient;
            try (RetainedTensor stream = forward(batch, packing, dropped, tape);
                    PointerScope inner = new PointerScope()) {
                gradient =
                        new RetainedTensor(
                                device.zeros(batch.tokenCount(), shape.embeddingLength()));
                loss = labelLoss.accumulate(batch, stream.get(), gradient.get(), gradientScale);
            }
            try (gradient) {
                while (!tape.isEmpty()) {
                    backward(tape.pop(), gradient, packing, dropped);
                }
            }
            vectors.collect();
            return loss;
        } finally {
            tape.forEach(Entry::close);
        }
    }

    /**
     * A block between its forward and its backward pass.
     *
     * @param block its index
     * @param input its input
     * @param recorded its record, if it keeps it
     */
    private record Entry(int block, RetainedTensor input, @Nullable Recorded recorded)
            implements AutoCloseable {
        @Override
        public void close() {
            input.close();
            if (recorded != null) {
                recorded.close();
            }
        }
    }

    /** The stream after the last block; with a tape, leaves there what the way back needs. */
    private RetainedTensor forward(
            PackedBatch batch,
            Packing packing,
            @Nullable DropoutMask dropped,
            @Nullable Deque<Entry> tape) {
        RetainedTensor stream;
        try (PointerScope scope = new PointerScope()) {
            stream = new RetainedTensor(embedding.of(batch));
        }
        int firstKept = shape.blockCount() - options.retainedBlocks();
        for (int block = 0; block < shape.blockCount(); block++) {
            try (PointerScope scope = new PointerScope()) {
                Tensor x = stream.get();
                Recorded recorded = null;
                Tensor next;
                if (tape != null && block >= firstKept) {
                    recorded = record(block, x, packing, dropped);
                    next = recorded.output().detach();
                } else {
                    next =
                            operators.forward(
                                    x,
                                    vectors.leaf(block),
                                    blocks.get(block),
                                    packing,
                                    maskOf(block, dropped));
                }
                if (tape != null) {
                    tape.push(new Entry(block, new RetainedTensor(x), recorded));
                }
                stream.replace(next);
            }
        }
        return stream;
    }

    /** Turns the gradient of a block's output into that of its input, and adds the adapter's. */
    private void backward(
            Entry entry, RetainedTensor gradient, Packing packing, DropoutMask dropped) {
        try (entry;
                PointerScope scope = new PointerScope();
                Recorded recorded =
                        entry.recorded() == null
                                ? record(entry.block(), entry.input().get(), packing, dropped)
                                : entry.recorded().again()) {
            recorded.backward(gradient.get());
            vectors.add(entry.block(), Recorded.gradientOf(recorded.parameters()));
            if (entry.block() > 0) {
                gradient.replace(Recorded.gradientOf(recorded.input()));
            }
        }
    }

    private Recorded record(
            int block, Tensor input, Packing packing, @Nullable DropoutMask dropped) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode on = new AutoGradMode(true)) {
            // Nothing lies before the first block, so its input needs no gradient.
            Tensor x = input.detach().requires_grad_(block > 0);
            Tensor own = vectors.leaf(block);
            Tensor output =
                    operators.forward(x, own, blocks.get(block), packing, maskOf(block, dropped));
            return new Recorded(x, own, output);
        }
    }

    private static @Nullable DropoutMask maskOf(int block, @Nullable DropoutMask ofBatch) {
        return ofBatch == null ? null : ofBatch.ofBlock(block);
    }

    private void requireFits(PackedBatch batch) {
        if (batch.tokenCount() > options.maxRows() || batch.longest() > options.longestDocument()) {
            throw new IllegalArgumentException(
                    "batch must have at most "
                            + options.maxRows()
                            + " tokens and documents of at most "
                            + options.longestDocument()
                            + ", got "
                            + batch.tokenCount()
                            + " and "
                            + batch.longest());
        }
    }

    /** Logits of the first rows of a batch, for tests; [rows, vocabulary]. */
    List<float[]> logits(PackedBatch batch, int rowCount) {
        List<float[]> rows = new ArrayList<>();
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false);
                RetainedTensor stream =
                        forward(batch, Packing.of(batch, rotary, device), null, null)) {
            Tensor logits = labelLoss.logits(stream.get().narrow(0, 0, rowCount)).cpu();
            FloatBuffer buffer = logits.contiguous().createBuffer();
            for (int row = 0; row < rowCount; row++) {
                float[] values = new float[shape.vocabularySize()];
                buffer.get(values);
                rows.add(values);
            }
        }
        return rows;
    }

    @Override
    public void close() {
        vectors.close();
        blocks.close();
        head.close();
        norm.close();
    }
}
