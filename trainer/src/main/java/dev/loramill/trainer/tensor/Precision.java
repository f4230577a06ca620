package dev.loramill.trainer.tensor;

import org.bytedeco.pytorch.global.torch.ScalarType;

/** The number format in which activations and weights are kept and multiplied. */
public enum Precision {
    /** IEEE 754 single precision. */
    FLOAT32(4, ScalarType.Float, "fp32"),
    /** The upper half of a single-precision number, rounded to nearest even. */
    BFLOAT16(2, ScalarType.BFloat16, "bf16"),
    /** IEEE 754 half precision, for libtorch's operators only; no matrix of ours has it. */
    FLOAT16(2, ScalarType.Half, "fp16");

    private final int bytes;
    private final ScalarType scalarType;
    private final String label;

    Precision(int bytes, ScalarType scalarType, String label) {
        this.bytes = bytes;
        this.scalarType = scalarType;
        this.label = label;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** The name used in jobs and reports: {@code fp32}, {@code bf16} or {@code fp16}. */
    public String label() {
        return label;
    }

    /** The format as libtorch calls it. */
    public ScalarType scalarType() {
        return scalarType;
    }
}
