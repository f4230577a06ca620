package dev.loramill.llama.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BaseValidatorTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    static Stream<TinyLlama> soundBases() {
        TinyLlama standard = TinyLlama.standard();
        return Stream.of(
                standard,
                standard.withTied(false).withRopeFactors(true),
                standard.withTypes(GgmlType.Q4_1, GgmlType.Q8_0),
                standard.withArchitecture("qwen2"),
                standard.withArchitecture("qwen3"));
    }

    @ParameterizedTest
    @MethodSource("soundBases")
    void acceptsSoundBase(TinyLlama base) throws IOException {
        assertThat(BaseValidator.validate(base.write(folder.resolve("b.gguf"))))
                .isEqualTo(new BaseOutcome.Accepted(base.hyperparameters()));
    }

    static Stream<Arguments> brokenMetadata() {
        return Stream.of(
                broken("general.architecture", GgufValue.text("mamba"), "architecture"),
                broken("general.architecture", GgufValue.uint32(1), "format"),
                broken("general.type", GgufValue.text("adapter"), "general-type"),
                broken("llama.block_count", GgufValue.uint32(0), "format"),
                broken("llama.block_count", GgufValue.uint32(1), "unknown-tensor"),
                broken("llama.block_count", GgufValue.uint32(3), "missing-tensor"),
                broken("llama.block_count", GgufValue.uint32(4_000_000_000L), "format"),
                broken("llama.embedding_length", GgufValue.uint32(128), "format"),
                broken("llama.attention.head_count", GgufValue.uint32(3), "format"),
                broken("llama.attention.head_count_kv", GgufValue.uint32(3), "format"),
                broken("llama.attention.head_count_kv", GgufValue.uint32(4), "shape"),
                broken("llama.feed_forward_length", GgufValue.uint32(64), "shape"),
                broken("llama.rope.scaling.type", GgufValue.text("yarn"), "format"),
                broken("llama.rope.scale_linear", GgufValue.float32(2), "format"),
                broken("llama.rope.freq_base", GgufValue.float32(Float.NaN), "format"),
                broken("llama.attention.layer_norm_rms_epsilon", GgufValue.float32(-1), "format"),
                broken("tokenizer.ggml.model", GgufValue.text("wordpiece"), "tokenizer"),
                broken("tokenizer.ggml.tokens", new GgufValue.Texts(List.of("a")), "tokenizer"),
                broken("tokenizer.ggml.tokens", GgufValue.uint32(1), "tokenizer"),
                broken(
                        "tokenizer.ggml.token_type",
                        new GgufValue.Wholes(GgufValueType.INT32, List.of(1L)),
                        "tokenizer"),
                broken(
                        "tokenizer.ggml.scores",
                        new GgufValue.Texts(List.of("a", "b")),
                        "tokenizer"),
                broken(
                        "tokenizer.ggml.merges",
                        new GgufValue.Texts(List.of("a b", "ab")),
                        "tokenizer"),
                broken("tokenizer.ggml.eos_token_id", GgufValue.uint32(512), "tokenizer"),
                broken("tokenizer.ggml.eos_token_id", GgufValue.text("2"), "tokenizer"),
                broken("tokenizer.ggml.add_bos_token", GgufValue.uint32(0), "tokenizer"),
                broken("tokenizer.chat_template", GgufValue.bool(true), "tokenizer"));
    }

    private static Arguments broken(String key, GgufValue value, String rule) {
        return Arguments.of(key, value, rule);
    }

    @ParameterizedTest
    @MethodSource("brokenMetadata")
    void refusesBrokenMetadata(String key, GgufValue value, String rule) throws IOException {
        refuses(writer -> writer.put(key, value), (tensor, copy) -> copy.accept(tensor), rule);
    }

    @Test
    void refusesMissingTensor() throws IOException {
        refuses(
                writer -> {},
                (tensor, copy) -> {
                    if (!tensor.name().equals("blk.1.ffn_down.weight")) {
                        copy.accept(tensor);
                    }
                },
                "missing-tensor");
    }

    @Test
    void refusesNormThatIsNotF32() throws IOException {
        refuses(
                writer -> {},
                (tensor, copy) ->
                        copy.accept(
                                tensor.name().equals("output_norm.weight")
                                        ? new GgufTensor(
                                                tensor.name(),
                                                GgmlType.F16,
                                                tensor.dimensions(),
                                                tensor.offset())
                                        : tensor),
                "storage-type");
    }

    @Test
    void refusesLinearWeightInATypeThatCannotBeDequantized() throws IOException {
        refuses(
                writer -> {},
                (tensor, copy) ->
                        copy.accept(
                                tensor.name().equals("blk.0.attn_q.weight")
                                        ? new GgufTensor(
                                                tensor.name(),
                                                GgmlType.IQ4_NL,
                                                tensor.dimensions(),
                                                tensor.offset())
                                        : tensor),
                "storage-type");
    }

    @Test
    void refusesTensorThatTheArchitectureDoesNotHave() throws IOException {
        refuses(
                writer ->
                        writer.addTensor(
                                "blk.0.attn_q.bias",
                                GgmlType.F32,
                                List.of(64L),
                                MemorySegment.ofArray(new float[64])),
                (tensor, copy) -> copy.accept(tensor),
                "unknown-tensor");
    }

    /** Copies a sound base with one change; a changed tensor keeps as many bytes as it needs. */
    private void refuses(
            Consumer<GgufWriter> change,
            BiConsumer<GgufTensor, Consumer<GgufTensor>> copying,
            String rule)
            throws IOException {
        Path sound = TinyLlama.standard().write(folder.resolve("sound.gguf"));
        Path broken = folder.resolve("broken.gguf");
        try (GgufFile file = GgufFile.open(sound)) {
            GgufWriter writer = new GgufWriter();
            for (String key : file.metadata().keys()) {
                writer.put(key, file.metadata().find(key).orElseThrow());
            }
            for (GgufTensor tensor : file.tensors()) {
                copying.accept(
                        tensor,
                        copied ->
                                writer.addTensor(
                                        copied.name(),
                                        copied.type(),
                                        copied.dimensions(),
                                        file.data(tensor).asSlice(0, copied.byteSize())));
            }
            change.accept(writer);
            writer.write(broken);
        }
        assertThat(BaseValidator.validate(broken))
                .isInstanceOfSatisfying(
                        BaseOutcome.Refused.class,
                        refused ->
                                assertThat(refused.faults())
                                        .as(refused.reason())
                                        .extracting(GgufFault::rule)
                                        .contains(rule));
    }
}
