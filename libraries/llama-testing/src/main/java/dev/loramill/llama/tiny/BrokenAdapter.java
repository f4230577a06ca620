package dev.loramill.llama.tiny;

import static dev.loramill.llama.tiny.UncheckedGguf.concat;
import static dev.loramill.llama.tiny.UncheckedGguf.number;
import static dev.loramill.llama.tiny.UncheckedGguf.text;
import static dev.loramill.llama.tiny.UncheckedGguf.typed;
import static dev.loramill.llama.tiny.UncheckedGguf.utf8;

import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.gguf.GgufValue;
import dev.loramill.llama.gguf.GgufValueType;
import dev.loramill.llama.gguf.LoraAdapterFile;
import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.gguf.ModelHyperparameters;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/**
 * Adapters with exactly one thing wrong, for tests of everything that must refuse them.
 *
 * <p>Each is derived from a sound {@link TinyAdapter} for the base and names the rule of the
 * validator that it breaks.
 */
public enum BrokenAdapter {
    ALPHA_MISSING("alpha", (file, base) -> file.remove(LoraAdapterFile.ALPHA_KEY)),
    ALPHA_INTEGER("alpha", alpha(GgufValue.uint32(8))),
    ALPHA_DOUBLE("alpha", alpha(new GgufValue.Real(GgufValueType.FLOAT64, 8))),
    ALPHA_STRING("alpha", alpha(GgufValue.text("8"))),
    ALPHA_BOOLEAN("alpha", alpha(GgufValue.bool(true))),
    ALPHA_NAN("alpha", alpha(GgufValue.float32(Float.NaN))),
    ALPHA_INFINITE("alpha", alpha(GgufValue.float32(Float.POSITIVE_INFINITY))),
    ALPHA_ZERO("alpha", alpha(GgufValue.float32(0))),
    ALPHA_NEGATIVE("alpha", alpha(GgufValue.float32(-8))),
    ALPHA_HUGE("alpha", alpha(GgufValue.float32(1e30f))),

    TYPE_MISSING("general-type", (file, base) -> file.remove(LoraAdapterFile.TYPE_KEY)),
    TYPE_NUMBER("general-type", entry(LoraAdapterFile.TYPE_KEY, GgufValue.uint32(1))),
    TYPE_MODEL("general-type", entry(LoraAdapterFile.TYPE_KEY, GgufValue.text("model"))),
    ADAPTER_TYPE_MISSING(
            "adapter-type", (file, base) -> file.remove(LoraAdapterFile.ADAPTER_TYPE_KEY)),
    ADAPTER_TYPE_NUMBER(
            "adapter-type", entry(LoraAdapterFile.ADAPTER_TYPE_KEY, GgufValue.uint32(1))),
    ADAPTER_TYPE_OTHER(
            "adapter-type",
            entry(LoraAdapterFile.ADAPTER_TYPE_KEY, GgufValue.text("control_vector"))),
    ARCHITECTURE_MISSING(
            "architecture", (file, base) -> file.remove(LoraAdapterFile.ARCHITECTURE_KEY)),
    ARCHITECTURE_NUMBER(
            "architecture", entry(LoraAdapterFile.ARCHITECTURE_KEY, GgufValue.uint32(1))),
    ARCHITECTURE_ARRAY(
            "architecture",
            (file, base) ->
                    file.put(
                            LoraAdapterFile.ARCHITECTURE_KEY,
                            concat(
                                    number(GgufValueType.ARRAY.id(), 4),
                                    number(GgufValueType.STRING.id(), 4),
                                    number(1, 8),
                                    text(base.architecture())))),
    ARCHITECTURE_OTHER(
            "architecture", entry(LoraAdapterFile.ARCHITECTURE_KEY, GgufValue.text("gptneox"))),
    INVOCATION_TOKENS_STRING(
            "metadata", entry("adapter.alora.invocation_tokens", GgufValue.text("1 2"))),
    PROMPT_PREFIX_NUMBER("metadata", entry("adapter.lora.prompt_prefix", GgufValue.uint32(7))),

    ALIGNMENT_ONE("format", entry("general.alignment", GgufValue.uint32(1))),
    ALIGNMENT_ZERO("format", entry("general.alignment", GgufValue.uint32(0))),
    ALIGNMENT_ODD("format", entry("general.alignment", GgufValue.uint32(33))),
    ALIGNMENT_STRING("format", entry("general.alignment", GgufValue.text("32"))),
    ALIGNMENT_UINT64(
            "format", entry("general.alignment", new GgufValue.Whole(GgufValueType.UINT64, 32))),
    ALIGNMENT_SIXTEEN("alignment", entry("general.alignment", GgufValue.uint32(16))),
    KEY_EMPTY(
            "format",
            (file, base) ->
                    file.entries.add(
                            new UncheckedGguf.Entry(new byte[0], typed(GgufValue.uint32(1))))),
    KEY_TWICE("format", (file, base) -> file.entries.add(file.entries.getFirst())),
    KEY_NOT_UTF8(
            "format",
            (file, base) ->
                    file.entries.add(
                            new UncheckedGguf.Entry(
                                    new byte[] {(byte) 0xC3, 0x28}, typed(GgufValue.uint32(1))))),
    KEY_HUGE(
            "format",
            (file, base) ->
                    file.entries.add(
                            new UncheckedGguf.Entry(
                                    utf8("k".repeat(70_000)), typed(GgufValue.uint32(1))))),
    VALUE_TYPE_UNKNOWN("format", (file, base) -> file.put("general.note", number(99, 4))),
    BOOLEAN_TWO(
            "format",
            (file, base) ->
                    file.put(
                            "general.note",
                            concat(number(GgufValueType.BOOL.id(), 4), new byte[] {2}))),
    STRING_BEYOND_END(
            "format",
            (file, base) ->
                    file.put(
                            "general.note",
                            concat(number(GgufValueType.STRING.id(), 4), number(1L << 62, 8)))),
    ARRAY_BEYOND_END(
            "format",
            (file, base) ->
                    file.put(
                            "general.note",
                            concat(
                                    number(GgufValueType.ARRAY.id(), 4),
                                    number(GgufValueType.UINT8.id(), 4),
                                    number(-1, 8)))),
    ARRAY_NESTED(
            "format",
            (file, base) ->
                    file.put(
                            "general.note",
                            concat(
                                    number(GgufValueType.ARRAY.id(), 4),
                                    number(GgufValueType.ARRAY.id(), 4),
                                    number(1, 8),
                                    number(GgufValueType.UINT8.id(), 4),
                                    number(1, 8),
                                    new byte[] {1}))),

    MAGIC_WRONG("format", (file, base) -> file.magic = 0x55464747),
    VERSION_ONE("format", (file, base) -> file.version = 1),
    VERSION_SWAPPED("format", (file, base) -> file.version = 3 << 24),
    TENSOR_COUNT_HUGE("format", (file, base) -> file.announcedTensors = 1L << 60),
    TENSOR_COUNT_NEGATIVE("format", (file, base) -> file.announcedTensors = Long.MAX_VALUE),
    METADATA_COUNT_HUGE("format", (file, base) -> file.announcedEntries = 1L << 60),
    TENSORS_NONE("no-pairs", (file, base) -> file.tensors.clear()),

    NAME_EMPTY("format", first(tensor -> tensor.withName(""))),
    NAME_TOO_LONG("format", first(tensor -> tensor.withName("x".repeat(64) + ".lora_a"))),
    NAME_TWICE("format", (file, base) -> file.tensors.set(1, file.tensors.get(0))),
    NAME_WITHOUT_ENDING(
            "tensor-name",
            (file, base) ->
                    file.tensors.add(file.tensors.getFirst().withName(LoraTarget.Q.tensorName(0)))),
    HALF_A_MISSING("missing-half", (file, base) -> file.tensors.removeFirst()),
    HALF_B_MISSING("missing-half", (file, base) -> file.tensors.remove(1)),
    WEIGHT_UNKNOWN("target", pair("blk.0.attn_x.weight")),
    WEIGHT_NORM("target", pair("blk.0.attn_norm.weight")),
    WEIGHT_BIAS("target", pair("blk.0.attn_q.bias")),
    WEIGHT_EMBEDDING("target", pair("token_embd.weight")),
    WEIGHT_BEYOND_LAST_BLOCK(
            "target", (file, base) -> rename(file, LoraTarget.Q.tensorName(base.blockCount()))),
    WEIGHT_NUMBERED_ODDLY("target", pair("blk.00.attn_q.weight")),
    WEIGHT_OF_ANOTHER_SHAPE("shape", pair("blk.0.ffn_down.weight")),

    A_ONE_DIMENSIONAL("dimensions", first(tensor -> tensor.cutTo(tensor.dimensions().get(0)))),
    A_THREE_DIMENSIONAL(
            "dimensions",
            first(tensor ->
                    tensor.cutTo(tensor.dimensions().get(0), tensor.dimensions().get(1), 1L))),
    B_ONE_DIMENSIONAL("dimensions", second(tensor -> tensor.cutTo(tensor.dimensions().get(1)))),
    A_FIVE_DIMENSIONAL("format", first(tensor -> tensor.withDimensions(1L, 1L, 1L, 1L, 1L))),
    A_TRANSPOSED(
            "shape",
            first(tensor -> tensor.cutTo(tensor.dimensions().get(1), tensor.dimensions().get(0)))),
    A_INPUT_TOO_SHORT(
            "shape",
            first(tensor ->
                    tensor.cutTo(tensor.dimensions().get(0) / 2, tensor.dimensions().get(1)))),
    B_OUTPUT_TOO_SHORT(
            "shape",
            second(tensor ->
                    tensor.cutTo(tensor.dimensions().get(0), tensor.dimensions().get(1) / 2))),
    RANKS_DIFFER(
            "shape",
            first(tensor ->
                    tensor.cutTo(tensor.dimensions().get(0), tensor.dimensions().get(1) / 2))),
    RANK_ZERO("format", first(tensor -> tensor.withDimensions(tensor.dimensions().get(0), 0L))),
    RANK_TOO_LARGE("rank", BrokenAdapter::growRank),
    DIMENSION_NEGATIVE("format", first(tensor -> tensor.withDimensions(-64L, 4L))),
    DIMENSIONS_OVERFLOW("format", first(tensor -> tensor.withDimensions(1L << 40, 1L << 40))),
    DIMENSIONS_BEYOND_FILE("format", first(tensor -> tensor.withDimensions(1L << 30, 4L))),

    STORAGE_UNKNOWN("format", first(tensor -> tensor.withType(12_345))),
    STORAGE_INTEGER("storage-type", first(tensor -> tensor.withType(GgmlType.I32.id()))),
    STORAGE_HALF_INTEGER(
            "storage-type",
            second(tensor ->
                    tensor.withType(GgmlType.I16.id())
                            .withContents(
                                    Arrays.copyOf(
                                            tensor.contents(), tensor.contents().length / 2)))),
    STORAGE_QUANTIZED("storage-type", BrokenAdapter::quantizeFirst),

    OFFSET_BEYOND_END("format", first(tensor -> tensor.withOffset(1L << 40))),
    OFFSET_NEGATIVE("format", first(tensor -> tensor.withOffset(-32L & Long.MAX_VALUE))),
    OFFSET_UNALIGNED("format", second(tensor -> tensor.withOffset(7))),
    CONTENTS_OVERLAP("layout", second(tensor -> tensor.withOffset(0))),

    WEIGHT_NAN("weights", first(tensor -> withFloat(tensor, Float.NaN))),
    WEIGHT_INFINITE("weights", second(tensor -> withFloat(tensor, Float.NEGATIVE_INFINITY))),
    WEIGHT_HUGE("weights", second(tensor -> withFloat(tensor, 1e20f))),

    TRUNCATED_IN_CONTENTS("format", 0.6),
    TRUNCATED_IN_HEADER("format", 0.02),
    EMPTY_FILE("format", 0.0);

    private static final int Q8_BLOCK_BYTES = 34;

    private final String rule;
    private final BiConsumer<UncheckedGguf, ModelHyperparameters> fault;
    private final double kept;

    BrokenAdapter(String rule, BiConsumer<UncheckedGguf, ModelHyperparameters> fault) {
        this(rule, fault, 1);
    }

    BrokenAdapter(String rule, double kept) {
        this(rule, (file, base) -> {}, kept);
    }

    BrokenAdapter(String rule, BiConsumer<UncheckedGguf, ModelHyperparameters> fault, double kept) {
        this.rule = rule;
        this.fault = fault;
        this.kept = kept;
    }

    /** The rule of the validator that refuses it. */
    public String rule() {
        return rule;
    }

    /**
     * Writes the adapter.
     *
     * @param base sizes of the base that the adapter would fit without its fault
     * @return {@code path}
     * @throws IOException if writing fails
     */
    public Path write(Path path, ModelHyperparameters base) throws IOException {
        UncheckedGguf file = sound(base);
        fault.accept(file, base);
        byte[] bytes = file.toByteArray();
        Files.write(path, Arrays.copyOf(bytes, (int) (bytes.length * kept)));
        return path;
    }

    /** The sound adapter that all of these are derived from. */
    static UncheckedGguf sound(ModelHyperparameters base) {
        LoraAdapterFile adapter = TinyAdapter.random(base, 1).contents();
        UncheckedGguf file = new UncheckedGguf();
        file.put(LoraAdapterFile.TYPE_KEY, GgufValue.text("adapter"));
        file.put(LoraAdapterFile.ARCHITECTURE_KEY, GgufValue.text(adapter.architecture()));
        file.put(LoraAdapterFile.ADAPTER_TYPE_KEY, GgufValue.text("lora"));
        file.put(LoraAdapterFile.ALPHA_KEY, GgufValue.float32(adapter.alpha()));
        for (LoraAdapterFile.Pair pair : adapter.pairs()) {
            file.tensors.add(
                    new UncheckedGguf.Tensor(
                            pair.weight() + LoraAdapterFile.A_SUFFIX,
                            List.of(pair.inputLength(), pair.rank()),
                            GgmlType.F32.id(),
                            pair.a().toArray(ValueLayout.JAVA_BYTE),
                            -1));
            file.tensors.add(
                    new UncheckedGguf.Tensor(
                            pair.weight() + LoraAdapterFile.B_SUFFIX,
                            List.of(pair.rank(), pair.outputLength()),
                            GgmlType.F32.id(),
                            pair.b().toArray(ValueLayout.JAVA_BYTE),
                            -1));
        }
        return file;
    }

    private static BiConsumer<UncheckedGguf, ModelHyperparameters> entry(
            String key, GgufValue value) {
        return (file, base) -> file.put(key, value);
    }

    private static BiConsumer<UncheckedGguf, ModelHyperparameters> alpha(GgufValue value) {
        return entry(LoraAdapterFile.ALPHA_KEY, value);
    }

    private static BiConsumer<UncheckedGguf, ModelHyperparameters> first(
            UnaryOperator<UncheckedGguf.Tensor> change) {
        return (file, base) -> file.tensors.set(0, change.apply(file.tensors.get(0)));
    }

    private static BiConsumer<UncheckedGguf, ModelHyperparameters> second(
            UnaryOperator<UncheckedGguf.Tensor> change) {
        return (file, base) -> file.tensors.set(1, change.apply(file.tensors.get(1)));
    }

    private static BiConsumer<UncheckedGguf, ModelHyperparameters> pair(String weight) {
        return (file, base) -> rename(file, weight);
    }

    /** Gives the first pair to another weight, which then has no second pair. */
    private static void rename(UncheckedGguf file, String weight) {
        List<UncheckedGguf.Tensor> kept = new ArrayList<>();
        for (UncheckedGguf.Tensor tensor : file.tensors) {
            if (!tensor.name().startsWith(weight + ".lora")) {
                kept.add(tensor);
            }
        }
        kept.set(0, kept.get(0).withName(weight + LoraAdapterFile.A_SUFFIX));
        kept.set(1, kept.get(1).withName(weight + LoraAdapterFile.B_SUFFIX));
        file.tensors.clear();
        file.tensors.addAll(kept);
    }

    private static void growRank(UncheckedGguf file, ModelHyperparameters base) {
        long rank = 1024;
        UncheckedGguf.Tensor a = file.tensors.get(0);
        UncheckedGguf.Tensor b = file.tensors.get(1);
        long inputLength = a.dimensions().get(0);
        long outputLength = b.dimensions().get(1);
        file.tensors.set(
                0,
                a.withDimensions(inputLength, rank)
                        .withContents(new byte[(int) (inputLength * rank * Float.BYTES)]));
        file.tensors.set(
                1,
                b.withDimensions(rank, outputLength)
                        .withContents(new byte[(int) (outputLength * rank * Float.BYTES)]));
    }

    private static void quantizeFirst(UncheckedGguf file, ModelHyperparameters base) {
        UncheckedGguf.Tensor a = file.tensors.get(0);
        int blocks = (int) (a.dimensions().get(0) * a.dimensions().get(1) / 32);
        file.tensors.set(
                0, a.withType(GgmlType.Q8_0.id()).withContents(new byte[blocks * Q8_BLOCK_BYTES]));
    }

    private static UncheckedGguf.Tensor withFloat(UncheckedGguf.Tensor tensor, float value) {
        byte[] contents = tensor.contents().clone();
        byte[] bits = number(Float.floatToRawIntBits(value), 4);
        System.arraycopy(bits, 0, contents, contents.length / 8 * 4, 4);
        return tensor.withContents(contents);
    }
}
