package dev.loramill.train.specification;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class JobRequestSchemaTest {
    @Test
    void theDocumentKnowsTheFieldsThatTheReaderKnows() {
        assertThat(fields(JobRequestSchema.class))
                .containsExactlyInAnyOrderElementsOf(JobRequestReader.KNOWN);
        assertThat(fields(JobRequestSchema.HyperparametersSchema.class))
                .containsExactlyInAnyOrderElementsOf(HyperparameterReader.KNOWN);
        assertThat(fields(JobRequestSchema.LoraSchema.class))
                .containsExactlyInAnyOrderElementsOf(JobRequestReader.KNOWN_LORA);
    }

    private static List<String> fields(Class<? extends Record> schema) {
        return Arrays.stream(Objects.requireNonNull(schema.getRecordComponents()))
                .map(RecordComponent::getName)
                .map(PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE::translate)
                .toList();
    }
}
