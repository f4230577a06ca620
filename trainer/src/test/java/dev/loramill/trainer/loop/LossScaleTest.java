package dev.loramill.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.trainer.checkpoint.TrainingState;
import dev.loramill.trainer.tensor.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LossScaleTest {
    @Test
    void overflowHalvesIt() {
        LossScale scale = LossScale.of(Precision.FLOAT16, 65536);

        scale.lower();

        assertThat(scale.factor()).isEqualTo(32768);
        assertThat(scale.skippedSteps()).isEqualTo(1);
    }

    @Test
    void enoughSoundStepsDoubleIt() {
        LossScale scale = LossScale.of(Precision.FLOAT16, 65536);
        keep(scale, LossScale.STEPS_TO_DOUBLE - 1);
        assertThat(scale.factor()).isEqualTo(65536);

        scale.keep();

        assertThat(scale.factor()).isEqualTo(131072);
    }

    @Test
    void overflowStartsTheCountAnew() {
        LossScale scale = LossScale.of(Precision.FLOAT16, 65536);
        keep(scale, LossScale.STEPS_TO_DOUBLE - 1);
        scale.lower();
        keep(scale, LossScale.STEPS_TO_DOUBLE - 1);

        assertThat(scale.factor()).isEqualTo(32768);
    }

    @Test
    void stopsAtOneWhereOverflowIsAFaultOfTheRun() {
        LossScale scale = LossScale.of(Precision.FLOAT16, 65536);
        int skipped = 0;
        while (scale.canLower()) {
            scale.lower();
            skipped++;
        }

        assertThat(scale.factor()).isEqualTo(1);
        assertThat(skipped).isEqualTo(16);
        assertThatThrownBy(scale::lower).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void growsNoFurtherThanItsLimit() {
        LossScale scale = LossScale.of(Precision.FLOAT16, 65536);
        keep(scale, LossScale.STEPS_TO_DOUBLE * 12);

        assertThat(scale.factor()).isEqualTo(LossScale.HIGHEST);
    }

    @Test
    void goesOnFromItsState() {
        LossScale scale = LossScale.of(Precision.FLOAT16, 65536);
        scale.lower();
        keep(scale, 1500);
        LossScale resumed = LossScale.of(Precision.FLOAT16, 65536);
        resumed.resume(scale.state());
        keep(resumed, 500);
        keep(scale, 500);

        assertThat(resumed.factor()).isEqualTo(65536).isEqualTo(scale.factor());
        assertThat(resumed.state()).isEqualTo(scale.state());
        assertThat(scale.state()).isEqualTo(new TrainingState.LossScaling(65536, 0, 1));
    }

    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"FLOAT32", "BFLOAT16"})
    void staysOneWhereNothingVanishes(Precision precision) {
        LossScale scale = LossScale.of(precision, 65536);
        keep(scale, 3 * LossScale.STEPS_TO_DOUBLE);

        assertThat(scale.factor()).isEqualTo(1);
        assertThat(scale.canLower()).isFalse();
        assertThat(scale.state()).isNull();
    }

    private static void keep(LossScale scale, int steps) {
        for (int step = 0; step < steps; step++) {
            scale.keep();
        }
    }
}
