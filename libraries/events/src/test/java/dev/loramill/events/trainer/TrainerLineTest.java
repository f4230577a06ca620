package dev.loramill.events.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A worker may run beside a trainer of another day; the golden lines keep what they agree on. */
class TrainerLineTest {
    private static final Path GOLDEN = Path.of("src/test/resources/contracts/trainer-lines.jsonl");
    private static final String DIGEST = "0123456789abcdef".repeat(4);

    @Test
    void linesOfEveryKindHaveTheBytesOfTheGolden() throws IOException {
        List<TrainerLine> lines = lines();

        assertThat(lines.stream().map(TrainerLine::toJson))
                .containsExactlyElementsOf(Files.readAllLines(GOLDEN));
        assertThat(Files.readAllLines(GOLDEN).stream().map(TrainerLine::read))
                .containsExactlyElementsOf(lines);
    }

    @Test
    void theGoldenHoldsEveryKind() {
        assertThat(lines().stream().map(Object::getClass).distinct())
                .containsAll(
                        Arrays.stream(
                                        Objects.requireNonNull(
                                                TrainerLine.class.getPermittedSubclasses()))
                                .filter(kind -> kind != TrainerLine.Unknown.class)
                                .toList());
    }

    @Test
    void whatANewerTrainerAddsIsPassedOver() {
        assertThat(TrainerLine.read("{\"type\":\"cooled\",\"degrees\":40}"))
                .isEqualTo(new TrainerLine.Unknown());
        assertThat(
                        TrainerLine.read(
                                "{\"type\":\"checkpointed\",\"step\":1,\"path\":\"p\",\"sha256\":\"\",\"more\":1}"))
                .isEqualTo(new TrainerLine.Checkpointed(1, "p", ""));
    }

    @Test
    void whatIsNoLineIsRefused() {
        for (String text : List.of("Killed", "null", "{\"type\":\"progress\"}")) {
            assertThatThrownBy(() -> TrainerLine.read(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not a line of the trainer");
        }
    }

    private static List<TrainerLine> lines() {
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("attention", 0.25);
        parts.put("head products", 0.5);
        return List.of(
                new TrainerLine.Started(
                        40, 900, 150_000, 100, 0, "bf16", "cpu", "fused", 460_800, 2, 3, null),
                new TrainerLine.Started(
                        40, 900, 150_000, 100, 20, "fp16", "cuda:0", "torch", 460_800, 0, 0, 2.5),
                new TrainerLine.Evaluated(0, 2.5, 0.4375, 12.1825, 5000),
                new TrainerLine.Progressed(
                        1, 40, 2.75, 0.0002, 1.5, null, 532.5, 2048, 1_700_000_000L, 75.5, parts),
                new TrainerLine.Progressed(
                        2,
                        40,
                        2.5,
                        0.0002,
                        null,
                        65_536.0,
                        532.5,
                        4096,
                        1_700_000_000L,
                        75.5,
                        Map.of()),
                new TrainerLine.Checkpointed(20, "checkpoints/step-20.safetensors", DIGEST),
                new TrainerLine.Finished(
                        "adapter.gguf",
                        DIGEST,
                        "peft",
                        2.5,
                        1.25,
                        40,
                        40,
                        81_920,
                        154.5,
                        1_700_000_000L),
                new TrainerLine.Working(),
                new TrainerLine.Failed(
                        TrainerLine.Fault.INVALID_INPUT, "lora.rank must be in [1, 256], got 0"),
                new TrainerLine.Failed(TrainerLine.Fault.EXHAUSTED, "no memory is left"),
                new TrainerLine.Failed(TrainerLine.Fault.EXTERNAL, "rank 1 of 2 ended"),
                new TrainerLine.Failed(TrainerLine.Fault.INTERNAL, "index 3 of 3"));
    }
}
