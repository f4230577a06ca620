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
