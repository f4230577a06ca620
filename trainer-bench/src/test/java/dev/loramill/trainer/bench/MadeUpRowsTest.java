package dev.loramill.trainer.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MadeUpRowsTest {
    @Test
    void halfOfTheAnswersAreShortAndSomeAreLong() {
        List<Integer> words =
                MadeUpRows.lines(1001, 7).stream()
                        .map(line -> line.split(" ").length)
                        .sorted()
                        .toList();
        assertThat(words.get(500)).isBetween(160, 200);
        assertThat(words.getFirst()).isLessThan(60);
        assertThat(words.getLast()).isGreaterThan(600);
    }

    @Test
    void theSameSeedMakesTheSameRows() {
        assertThat(MadeUpRows.lines(3, 7)).isEqualTo(MadeUpRows.lines(3, 7));
        assertThat(MadeUpRows.lines(3, 7)).isNotEqualTo(MadeUpRows.lines(3, 8));
    }
}
