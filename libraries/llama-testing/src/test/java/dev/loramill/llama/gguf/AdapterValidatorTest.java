package dev.loramill.llama.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.llama.tiny.BrokenAdapter;
import dev.loramill.llama.tiny.TinyAdapter;
import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AdapterValidatorTest {
    private static final ModelHyperparameters BASE = TinyLlama.standard().hyperparameters();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void acceptsSoundAdapterAndDescribesIt() throws IOException {
        Path adapter = TinyAdapter.random(BASE, 1).write(folder.resolve("a.gguf"));
        assertThat(new AdapterValidator(BASE).validate(adapter))
                .isInstanceOfSatisfying(
                        AdapterOutcome.Accepted.class,
                        accepted -> {
                            assertThat(accepted.adapter().alpha()).isEqualTo(8);
                            assertThat(accepted.adapter().rank()).isEqualTo(4);
                            assertThat(accepted.adapter().pairCount()).isEqualTo(14);
                            assertThat(accepted.adapter().targets())
                                    .isEqualTo(EnumSet.allOf(LoraTarget.class));
                            assertThat(accepted.adapter().changesOutput()).isFalse();
                        });
    }

    @ParameterizedTest
    @EnumSource(BrokenAdapter.class)
    void refusesBrokenAdapterByItsRule(BrokenAdapter broken) throws IOException {
        Path adapter = broken.write(folder.resolve("a.gguf"), BASE);
        assertThat(new AdapterValidator(BASE).validate(adapter))
                .isInstanceOfSatisfying(
                        AdapterOutcome.Refused.class,
                        refused ->
                                assertThat(refused.faults())
                                        .as(refused.reason())
                                        .extracting(GgufFault::rule)
                                        .containsOnly(broken.rule()));
    }

    @Test
    void refusesAdapterOfABaseOfAnotherSize() throws IOException {
        ModelHyperparameters wider =
                TinyLlama.standard().withSizes(128, 4, 2, 128).hyperparameters();
        Path adapter = TinyAdapter.random(wider, 1).write(folder.resolve("a.gguf"));
        assertThat(new AdapterValidator(BASE).validate(adapter))
                .isInstanceOfSatisfying(
                        AdapterOutcome.Refused.class,
                        refused -> {
                            assertThat(refused.faults()).hasSize(14);
                            assertThat(refused.reason())
                                    .contains(
                                            "matrices of \"blk.0.attn_q.weight\" must be [64, rank]"
                                                    + " and [rank, 64] to fit the base, got"
                                                    + " [128, 4] and [4, 128]");
                        });
    }

    @Test
    void reportsAllFaultsAtOnce() throws IOException {
        Path path = folder.resolve("a.gguf");
        new GgufWriter()
                .put("general.type", GgufValue.text("model"))
                .put("adapter.lora.alpha", GgufValue.uint32(8))
                .write(path);
        assertThat(new AdapterValidator(BASE).validate(path))
                .isInstanceOfSatisfying(
                        AdapterOutcome.Refused.class,
                        refused ->
                                assertThat(refused.faults())
                                        .extracting(GgufFault::rule)
                                        .containsExactlyInAnyOrder(
                                                "general-type",
                                                "adapter-type",
                                                "architecture",
                                                "alpha"));
    }

    @Test
    void allowsTheOutputHeadOnlyWhereItIsNotTied() throws IOException {
        Path path = folder.resolve("a.gguf");
        outputAdapter().write(path);
        assertThat(new AdapterValidator(BASE).validate(path))
                .isInstanceOfSatisfying(
                        AdapterOutcome.Refused.class,
                        refused -> assertThat(refused.reason()).contains("is tied"));
        ModelHyperparameters untied = TinyLlama.standard().withTied(false).hyperparameters();
        assertThat(new AdapterValidator(untied).validate(path))
                .isInstanceOfSatisfying(
                        AdapterOutcome.Accepted.class,
                        accepted -> assertThat(accepted.adapter().changesOutput()).isTrue());
    }

    private static LoraAdapterFile outputAdapter() {
        return new LoraAdapterFile(
                "llama",
                4,
                List.of(
                        LoraAdapterFile.Pair.of(
                                "output.weight",
                                64,
                                512,
                                2,
                                new float[2 * 64],
                                new float[512 * 2])),
                Map.of());
    }

    @Test
    void holdsToItsLimits() throws IOException {
        Path adapter = TinyAdapter.random(BASE, 1).withRank(16).write(folder.resolve("a.gguf"));
        AdapterLimits tight = new AdapterLimits(1 << 20, 8, 100, 100);
        assertThat(new AdapterValidator(BASE, tight).validate(adapter))
                .isInstanceOfSatisfying(
                        AdapterOutcome.Refused.class,
                        refused ->
                                assertThat(refused.reason()).contains("must be in [1, 8], got 16"));
        AdapterLimits tiny = new AdapterLimits(1000, 8, 100, 100);
        assertThat(new AdapterValidator(BASE, tiny).validate(adapter))
                .isInstanceOfSatisfying(
                        AdapterOutcome.Refused.class,
                        refused -> assertThat(refused.reason()).contains("at most 1000 bytes"));
    }
}
