package dev.loramill.trainer.export;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AdapterExportTest {
    /** Rows named 10·head + position; GGUF has neighbours together, transformers has halves. */
    @Test
    void putsTheSecondOfEachPairIntoTheSecondHalfOfItsHead() {
        float[] gguf = {10, 13, 11, 14, 12, 15, 20, 23, 21, 24, 22, 25};

        float[] halves = AdapterExport.deinterleave(gguf, 2, 12, 1);

        assertThat(halves).containsExactly(10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25);
    }

    @Test
    void movesWholeRows() {
        float[] halves = AdapterExport.deinterleave(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 1, 4, 2);

        assertThat(halves).containsExactly(1, 2, 5, 6, 3, 4, 7, 8);
    }
}
