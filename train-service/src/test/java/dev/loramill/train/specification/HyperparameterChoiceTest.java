package dev.loramill.train.specification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.events.Hyperparameters;
import dev.loramill.http.RefusedException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HyperparameterChoiceTest {
    private static final HyperparameterChoice OPEN = choice(null, null, null, null);

    @ParameterizedTest
    @CsvSource({"1,3", "499,3", "500,2", "1999,2", "2000,1", "100000,1"})
    void fewRowsAreSeenMoreOften(long rows, int epochs) {
        assertThat(OPEN.resolve(rows, 512, 42).epochs()).isEqualTo(epochs);
    }

    @Test
    void whatIsLeftOpenIsFilled() {
        assertThat(OPEN.resolve(90, 300, 7))
                .isEqualTo(new Hyperparameters(3, null, 4, 1, 2e-4, null, 300, 7, "auto", 50, 25));
        assertThat(OPEN.freezingMaxTokens()).isEqualTo(512);
        assertThat(OPEN.freezingEvalFraction()).isEqualTo(0.1);
    }

    @Test
    void multiplierScalesTheUsualRateAndARateTakesItsPlace() {
        assertThat(choice(null, 0.5, null, null).resolve(90, 512, 1).learningRate())
                .isEqualTo(1e-4);
        assertThat(choice(null, null, 1e-3, null).resolve(90, 512, 1).learningRate())
                .isEqualTo(1e-3);
        assertThat(choice(null, null, 1e-3, null).effectiveMultiplier()).isEqualTo(5.0);
    }

    @Test
    void sequencesShorterThanARowMayBeAreRefused() {
        assertThatThrownBy(() -> choice(null, null, null, 256).resolve(90, 512, 1))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("at least 512")
                .hasMessageContaining("got 256");
        assertThat(choice(1, null, null, 1024).resolve(90, 512, 1).maxLength()).isEqualTo(1024);
    }

    private static HyperparameterChoice choice(
            @Nullable Integer epochs,
            @Nullable Double multiplier,
            @Nullable Double rate,
            @Nullable Integer maxLength) {
        return new HyperparameterChoice(
                epochs,
                null,
                multiplier,
                rate,
                null,
                null,
                maxLength,
                null,
                null,
                null,
                null,
                null,
                null);
    }
}
