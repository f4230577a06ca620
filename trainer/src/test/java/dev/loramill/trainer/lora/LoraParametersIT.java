package dev.loramill.trainer.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.trainer.tensor.MatrixArena;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraParametersIT {
    private static final int RANK = 8;

    @TempDir private Path directory;

    /** PEFT draws A by kaiming_uniform_(a=√5), whose bound is 1/√in, and B is zero. */
    @Test
    void startsAsPeftDoes() throws IOException {
        ModelHyperparameters shape;
        try (GgufFile file =
                GgufFile.open(TinyLlama.standard().write(directory.resolve("base.gguf")))) {
            shape = ModelHyperparameters.read(file);
        }
        LoraConfig lora =
                new LoraConfig(RANK, 16, 0, false, EnumSet.of(LoraTarget.Q, LoraTarget.DOWN));
        try (MatrixArena arena = new MatrixArena(1)) {
            LoraParameters parameters = new LoraParameters(new LoraLayout(shape, lora), arena);
            parameters.initialize(3);

            for (LoraLayout.Slot slot : parameters.layout().slots()) {
                double bound = 1 / Math.sqrt(slot.inputLength());
                float[] first = parameters.get(slot.aOffset(), (long) RANK * slot.inputLength());
                double most = 0;
                double squares = 0;
                for (float value : first) {
                    most = Math.max(most, Math.abs(value));
                    squares += (double) value * value;
                }
                assertThat(most).isBetween(0.95 * bound, bound);
                double deviation = Math.sqrt(squares / first.length);
                assertThat(deviation)
                        .isCloseTo(bound / Math.sqrt(3), within(0.1 * bound / Math.sqrt(3)));
                assertThat(parameters.get(slot.bOffset(), (long) RANK * slot.outputLength()))
                        .containsOnly(0f);
            }
            long drawn = parameters.digest();
            parameters.initialize(4);
            assertThat(parameters.digest()).isNotEqualTo(drawn);
            parameters.initialize(3);
            assertThat(parameters.digest()).isEqualTo(drawn);
        }
    }
}
