package dev.loramill.trainer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopDetectorTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 20, 64})
    void aPassageThreeTimesInARowLoops(int period) {
        int repetitions = Math.max(3, (LoopDetector.SHORTEST_RUN + period) / period + 1);
        int[] tokens = IntStream.range(0, period * repetitions).map(i -> i % period).toArray();

        assertThat(LoopDetector.isLooping(tokens)).isTrue();
    }

    @Test
    void aPassageTwiceInARowDoesNotLoop() {
        int[] tokens = IntStream.range(0, 60).map(i -> i % 30).toArray();

        assertThat(LoopDetector.isLooping(tokens)).isFalse();
    }

    @Test
    void aListWhoseItemsDifferOnlyInTheirNumberLoops() {
        int[] tokens = IntStream.range(0, 120).map(i -> i % 12 == 0 ? 1_000 + i : i % 12).toArray();

        assertThat(LoopDetector.isLooping(tokens)).isTrue();
    }

    @Test
    void ordinaryTextDoesNotLoop() {
        Random random = new Random(7);
        int[] tokens = random.ints(256, 0, 300).toArray();

        assertThat(LoopDetector.isLooping(tokens)).isFalse();
    }

    @Test
    void aShortAnswerDoesNotLoop() {
        assertThat(LoopDetector.isLooping(new int[] {1, 1, 1})).isFalse();
        assertThat(LoopDetector.isLooping(new int[] {})).isFalse();
    }
}
