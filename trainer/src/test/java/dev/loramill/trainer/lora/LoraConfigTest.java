package dev.loramill.trainer.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.llama.gguf.LoraTarget;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class LoraConfigTest {
    @Test
    void alphaIsDividedByTheRankOrItsRoot() {
        assertThat(config(16, 32, 0, false).scale()).isEqualTo(2);
        assertThat(config(16, 32, 0, true).scale()).isEqualTo(8);
    }

    @Test
    void refusesWhatIsOutOfRange() {
        assertThatThrownBy(() -> config(0, 32, 0, false))
                .hasMessageContaining("lora.rank must be in [1, 256], got 0");
        assertThatThrownBy(() -> config(16, 0, 0, false))
                .hasMessageContaining("lora.alpha must be finite and above 0");
        assertThatThrownBy(() -> config(16, 32, 1, false))
                .hasMessageContaining("lora.dropout must be in [0, 1)");
    }

    private static LoraConfig config(int rank, double alpha, double dropout, boolean isStabilized) {
        return new LoraConfig(rank, alpha, dropout, isStabilized, EnumSet.allOf(LoraTarget.class));
    }
}
