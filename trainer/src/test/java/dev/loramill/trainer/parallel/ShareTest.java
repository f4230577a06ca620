package dev.loramill.trainer.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShareTest {
    @Test
    void everyThingIsDealtOnceInSharesOfEvenNumberAndWeight() {
        int[] weights = new Random(5).ints(23, 50, 200).toArray();
        for (int size = 1; size <= 5; size++) {
            List<Integer> all = new ArrayList<>();
            List<Integer> sums = new ArrayList<>();
            for (int rank = 0; rank < size; rank++) {
                List<Integer> own = new Share(rank, size).deal(weights);
                assertThat(own).isSorted().hasSizeBetween(23 / size, (22 + size) / size);
                all.addAll(own);
                sums.add(own.stream().mapToInt(i -> weights[i]).sum());
            }
            assertThat(all)
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 23).boxed().toList());
            int most = sums.stream().mapToInt(Integer::intValue).max().orElseThrow();
            int least = sums.stream().mapToInt(Integer::intValue).min().orElseThrow();
            assertThat(most - least).isLessThanOrEqualTo(200);
        }
    }

    @Test
    void theOnlyProcessGetsEverythingInOrder() {
        assertThat(Share.WHOLE.deal(new int[] {3, 9, 1})).containsExactly(0, 1, 2);
    }

    @Test
    void someGetNothingWhereThereIsTooLittle() {
        assertThat(new Share(0, 3).deal(new int[] {7})).containsExactly(0);
        assertThat(new Share(1, 3).deal(new int[] {7})).isEmpty();
        assertThat(new Share(2, 3).deal(new int[] {7})).isEmpty();
    }

    @Test
    void refusesARankThatIsNotThere() {
        assertThatThrownBy(() -> new Share(2, 2)).hasMessageContaining("got 2 and 2");
        assertThatThrownBy(() -> new Share(0, 65)).hasMessageContaining("size in [1, 64]");
    }
}
