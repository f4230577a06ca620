package dev.loramill.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PackedBatchTest {
    @Test
    void rowsPredictTheNextTokenOfTheirOwnDocument() {
        Document first = new Document("a", new int[] {5, 6, 7}, new boolean[] {true, false, true});
        Document second = new Document("b", new int[] {8, 9}, new boolean[] {true, true});

        PackedBatch batch = PackedBatch.of(List.of(first, second));

        assertThat(batch.tokenCount()).isEqualTo(5);
        assertThat(batch.labelRows()).containsExactly(1, 3);
        assertThat(batch.labelTargets()).containsExactly(7, 9);
        assertThat(batch.digests()).containsExactly("a", "b");
        assertThat(batch.start(1)).isEqualTo(3);
        assertThat(batch.length(1)).isEqualTo(2);
        assertThat(batch.longest()).isEqualTo(3);
    }

    @Test
    void rowsKnowTheirPlaceInTheDataSet() {
        Document first = new Document("a", new int[] {5, 6}, new boolean[] {true, true});
        Document second = new Document("b", new int[] {8, 9}, new boolean[] {true, true});

        PackedBatch batch = PackedBatch.of(List.of(first, second), List.of(1, 0));

        assertThat(batch.digests()).containsExactly("b", "a");
        assertThat(batch.origins()).containsExactly(1L << 32, (1L << 32) + 1, 0, 1);
    }

    @Test
    void refusesADocumentOfOneToken() {
        assertThatThrownBy(() -> new Document("a", new int[] {5}, new boolean[] {true}))
                .hasMessageContaining("document \"a\" must have at least 2 tokens");
    }
}
