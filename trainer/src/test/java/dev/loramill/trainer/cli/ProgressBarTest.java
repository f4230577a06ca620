package dev.loramill.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.trainer.TrainerLine;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ProgressBar bar =
            new ProgressBar(new PrintStream(out, true, StandardCharsets.UTF_8));

    @Test
    void aStepIsOneLineThatTheNextIsWrittenOver() {
        bar.accept(step(3, 12, 75));
        bar.accept(step(12, 12, 0));

        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        "\r\u001b[K"
                                + "█".repeat(6)
                                + "░".repeat(18)
                                + " 3/12  loss 2.5000  lr 1.00e-03  410 tokens/s  7 MiB  1:15 left"
                                + "\r\u001b[K"
                                + "█".repeat(24)
                                + " 12/12  loss 2.5000  lr 1.00e-03  410 tokens/s  7 MiB  0:00"
                                + " left");
    }

    @Test
    void whatStaysIsALineOfItsOwn() {
        bar.accept(new TrainerLine.Evaluated(4, 2, 0.25, 7.389, 100));
        bar.accept(new TrainerLine.Finished("a.gguf", "0", "peft", 3, 2, 4, 8, 9, 3700, 5 << 20));
        bar.accept(new TrainerLine.Failed(TrainerLine.Fault.INVALID_INPUT, "rank is 0"));

        assertThat(out.toString(StandardCharsets.UTF_8).replace("\r\u001b[K", "").lines())
                .containsExactly(
                        "step 4: held-out loss 2.0000, accuracy 0.250, perplexity 7.39",
                        "done: a.gguf, held-out loss 3.0000 -> 2.0000, 1 h 01 min, 5 MiB at most",
                        "failed (invalid_input): rank is 0");
    }

    private static TrainerLine step(int step, int totalSteps, double etaSeconds) {
        return new TrainerLine.Progressed(
                step, totalSteps, 2.5, 1e-3, 1.0, null, 410, 100, 7 << 20, etaSeconds, Map.of());
    }
}
