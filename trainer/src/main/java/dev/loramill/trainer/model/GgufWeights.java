package dev.loramill.trainer.model;

import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.GgufTensor;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.quantization.Dequantizer;
import dev.loramill.trainer.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Weights out of a mapped GGUF file, dequantized as they are asked for. */
public final class GgufWeights implements FrozenWeights {
    private final GgufFile file;
    private final ModelHyperparameters shape;

    /**
     * Takes over an open file; it is closed with these weights.
     *
     * @throws UnsupportedBaseException if the model cannot be trained
     */
    public GgufWeights(GgufFile file) {
        Architecture architecture =
                Architecture.require(file.metadata().string("general.architecture"));
        this.file = file;
        this.shape = ModelHyperparameters.read(file);
        ExpectedTensors.check(file, shape, architecture);
    }

    /** Bytes of the whole file. */
    public long sizeBytes() {
        return file.sizeBytes();
    }

    /** Bytes that are read again and again though all weights are kept: an embedding of its own. */
    public long residentBytes() {
        return shape.isTied() ? 0 : file.tensor(Transformer.EMBEDDING).byteSize();
    }

    @Override
    public ModelHyperparameters shape() {
        return shape;
    }

    @Override
    public Optional<float[]> vector(String name) {
        return file.findTensor(name)
                .map(tensor -> Dequantizer.toFloat(tensor.type(), file.data(tensor)));
    }

    @Override
    public void rows(String name, int firstRow, int rowCount, Matrix target, int targetRow) {
        GgufTensor tensor = file.tensor(name);
        long width = tensor.dimension(0);
        if (width > target.columns()) {
            throw new IllegalArgumentException(
                    "tensor \"" + name + "\" has rows of " + width + ", wider than " + target);
        }
        MemorySegment data = file.data(tensor);
        boolean isGapless = width == target.columns();
        int rowsAtOnce = isGapless ? rowCount : 1;
        for (int row = 0; row < rowCount; row += rowsAtOnce) {
            long first = (firstRow + (long) row) * width;
            long count = width * rowsAtOnce;
            MemorySegment destination = target.segment(targetRow + row, count);
            switch (target.precision()) {
                case FLOAT32 -> Dequantizer.toFloat(tensor.type(), data, first, count, destination);
                case BFLOAT16 ->
                        Dequantizer.toBfloat16(tensor.type(), data, first, count, destination);
                case FLOAT16 ->
                        throw new IllegalArgumentException(
                                "weights are read as fp32 or bf16, got fp16 of " + target);
            }
        }
    }

    @Override
    public void unload() {
        for (GgufTensor tensor : file.tensors()) {
            file.data(tensor).unload();
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
