package dev.loramill.train.specification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.RecipeReference;
import org.junit.jupiter.api.Test;

class NamesTest {
    private static final RecipeReference NONE = new RecipeReference("none", "0".repeat(64));
    private static final String FILE = "1".repeat(64);

    @Test
    void datasetOfAFileFollowsFromItsContentAndItsRecipe() {
        JobRows.OfFile source = JobRows.OfFile.of("file-1", FILE, NONE);

        assertThat(source.datasetId()).matches("ds-[0-9a-f]{24}");
        assertThat(JobRows.OfFile.of("file-2", FILE, NONE).datasetId())
                .as("the same content under another file id")
                .isEqualTo(source.datasetId());
        assertThat(JobRows.OfFile.of("file-1", "2".repeat(64), NONE).datasetId())
                .isNotEqualTo(source.datasetId());
        assertThat(
                        JobRows.OfFile.of(
                                        "file-1", FILE, new RecipeReference("none", "3".repeat(64)))
                                .datasetId())
                .isNotEqualTo(source.datasetId());
    }

    @Test
    void modelIsNamedAfterBaseSuffixAndJob() {
        assertThat(ModelName.of("smollm2", "medical", "ftjob-1"))
                .isEqualTo("ft:smollm2:loramill:medical:" + TextDigest.prefix("ftjob-1", 16));
        assertThat(ModelName.of("smollm2", null, "ftjob-1")).startsWith("ft:smollm2:loramill::");
        assertThat(ModelName.of("smollm2", null, "ftjob-2"))
                .isNotEqualTo(ModelName.of("smollm2", null, "ftjob-1"));
        assertThat(TextDigest.prefix("abc", 8)).isEqualTo("ba7816bf");
    }
}
