package dev.loramill.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EventTypeTest {
    @Test
    void everyEventRecordHasExactlyOneType() {
        List<Class<?>> records = new ArrayList<>();
        collectRecords(Event.class, records);

        assertThat(Arrays.stream(EventType.values()).map(EventType::eventClass).toList())
                .containsExactlyInAnyOrderElementsOf(
                        records.stream().map(type -> type.asSubclass(Event.class)).toList());
    }

    @Test
    void everyTypeNameCarriesItsVersion() {
        assertThat(EventType.values())
                .allSatisfy(type -> assertThat(type.typeName()).matches("loramill\\.[a-z.]+\\.v1"));
    }

    @Test
    void aLedgerThatDoesNotBalanceIsRefused() {
        assertThatThrownBy(() -> new RowCounts(10, 5, 3, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10 != 5 + 3 + 1");
    }

    @Test
    void contractsNameBothValuesWhereTheyDiffer() {
        TrainServeContract trained = contract("a".repeat(64), 49152);
        TrainServeContract served = contract("b".repeat(64), 49152);

        assertThat(trained.differences(trained)).isEmpty();
        assertThat(trained.differences(served))
                .singleElement()
                .asString()
                .contains("baseDigest", "a".repeat(64), "b".repeat(64));
    }

    private static TrainServeContract contract(String baseDigest, int vocabularySize) {
        return new TrainServeContract(
                baseDigest,
                "Q4_1",
                "llama",
                vocabularySize,
                "c".repeat(64),
                "d".repeat(64),
                "2024-07-26",
                0,
                2);
    }

    private static void collectRecords(Class<?> type, List<Class<?>> records) {
        if (type.isRecord()) {
            records.add(type);
            return;
        }
        for (Class<?> permitted : Objects.requireNonNull(type.getPermittedSubclasses())) {
            collectRecords(permitted, records);
        }
    }
}
