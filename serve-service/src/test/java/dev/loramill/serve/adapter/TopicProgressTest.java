package dev.loramill.serve.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicProgressTest {
    private final TopicProgress progress = new TopicProgress();

    @Test
    void beginsAtTheBeginningAndIsAtTheEndOfAnEmptyTopicAtOnce() {
        assertThat(progress.isAtEnd()).isFalse();
        assertThat(progress.assigned(0, 5, 5)).isEqualTo(5);
        assertThat(progress.isAtEnd()).isTrue();
    }

    @Test
    void isAtTheEndWhenEveryPartitionIs() {
        progress.assigned(0, 0, 2);
        progress.assigned(1, 0, 1);
        progress.taken(0, 2);
        assertThat(progress.isAtEnd()).isFalse();
        progress.taken(1, 1);
        assertThat(progress.isAtEnd()).isTrue();
    }

    @Test
    void goesOnWhereItWasWhenPartitionsAreAssignedAgain() {
        progress.assigned(0, 0, 9);
        progress.taken(0, 4);

        assertThat(progress.assigned(0, 0, 9)).isEqualTo(4);
        assertThat(progress.isTaken(0, 3)).isTrue();
        assertThat(progress.isTaken(0, 4)).isFalse();
    }

    @Test
    void beginsAnewInATopicThatHoldsLessThanWasRead() {
        progress.assigned(0, 0, 9);
        progress.taken(0, 9);

        assertThat(progress.isNew(0, 3)).isTrue();
        assertThat(progress.assigned(0, 0, 3)).isZero();
        assertThat(progress.isTaken(0, 0)).isFalse();
    }

    @Test
    void countsOffsetsThatHoldNoRecordAsReadWhenTheConsumerIsPastThem() {
        progress.assigned(0, 0, 7);
        progress.taken(0, 5);

        assertThat(progress.isAtEnd()).isFalse();
        assertThat(progress.isAtEnd(Map.of(0, 7L))).isTrue();
    }
}
