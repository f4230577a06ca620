package dev.loramill.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckTest {
    private static final String START = "0123456789abcdef".repeat(3) + "0123456789abcde";

    @Test
    void takesADigestAsItIsWritten() {
        assertThat(Check.sha256("digest", START + "f")).isEqualTo(START + "f");
    }

    @Test
    void freeTextHoldsNoCharacterThatDatabasesRefuse() {
        AttemptReference attempt = new AttemptReference("ftjob-1", 1, 1, "w");
        assertThat(
                        new AttemptFailed(
                                        attempt,
                                        AttemptFailed.FaultCategory.INTERNAL,
                                        "log: \0binary\0")
                                .message())
                .isEqualTo("log: \uFFFDbinary\uFFFD");
        assertThat(new ProbeAnswer.Generation("\0", 1, true, false).text()).isEqualTo("\uFFFD");
        assertThat(new AdapterRefused("r", START + "f", "m", "a\0").reason()).isEqualTo("a\uFFFD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "F", "g", "/", ":", "`", "ff", "\u0660"})
    void refusesWhatIsNoDigest(String end) {
        assertThatThrownBy(() -> Check.sha256("digest", START + end))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "digest must be 64 lower-case hexadecimal digits (SHA-256), got \"%s\""
                                .formatted(START + end));
    }
}
