package dev.loramill.trainer.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.trainer.data.DocumentsForTest;
import dev.loramill.trainer.data.PackedBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentBucketsTest {
    @Test
    void everyRowIsInOneBucketAtItsPosition() {
        PackedBatch batch = PackedBatch.of(DocumentsForTest.random(40, 300, 500, 5));

        DocumentBuckets documents = DocumentBuckets.of(batch);

        long[] all =
                documents.buckets().stream()
                        .flatMapToLong(bucket -> java.util.Arrays.stream(bucket.rows()))
                        .toArray();
        for (int row = 0; row < batch.tokenCount(); row++) {
            assertThat(all[Math.toIntExact(documents.back()[row])]).isEqualTo(row);
            assertThat(documents.positions()[row])
                    .isEqualTo(row - batch.start(batch.documentOf(row)));
        }
        assertThat(documents.back()).doesNotHaveDuplicates();
        assertThat(documents.buckets().stream().mapToInt(DocumentBuckets.Bucket::count).sum())
                .isEqualTo(40);
        assertThat(documents.buckets()).hasSizeGreaterThan(2);
    }

    @Test
    void paddingComesAfterTheDocumentItRepeats() {
        PackedBatch batch = PackedBatch.of(DocumentsForTest.random(40, 300, 500, 5));
        for (DocumentBuckets.Bucket bucket : DocumentBuckets.of(batch).buckets()) {
            for (int document = 0; document < bucket.count(); document++) {
                int first = document * bucket.length();
                long start = bucket.rows()[first];
                int length = batch.length(batch.documentOf((int) start));
                for (int i = 0; i < bucket.length(); i++) {
                    assertThat(bucket.rows()[first + i]).isEqualTo(i < length ? start + i : start);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2, 32",
        "32, 32",
        "33, 40",
        "40, 40",
        "41, 48",
        "64, 64",
        "65, 80",
        "512, 512",
        "513, 640"
    })
    void lengthsRiseByAQuarterAtMost(int length, int ceiling) {
        assertThat(DocumentBuckets.ceiling(length)).isEqualTo(ceiling);
    }
}
