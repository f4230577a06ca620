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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "..", "../x", "/etc", "a/b", "a b", ".hidden", "-flag", "a\nb", "a\0",
                "\ud83d", "é", "a\\b"
            })
    void refusesWhatIsNoId(String id) {
        assertThatThrownBy(() -> Check.id("jobId", id))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("jobId must be 1 to 128 letters");
    }

    @Test
    void idsAndModelsHaveGreatestLengths() {
        assertThat(EventLimits.isId("a".repeat(128))).isTrue();
        assertThat(EventLimits.isId("a".repeat(129))).isFalse();
        assertThat(EventLimits.isModel("ft:base:org:my-suffix:1a2b")).isTrue();
        assertThat(EventLimits.isModel("a".repeat(257))).isFalse();
        assertThat(EventLimits.isModel("a\nb")).isFalse();
    }

    @Test
    void sentencesAreCutBetweenCharacters() {
        String cut =
                Check.sentence("reason", "a".repeat(EventLimits.SENTENCE - 2) + "\ud83d\ude00xx");

        assertThat(cut).hasSizeLessThanOrEqualTo(EventLimits.SENTENCE).endsWith("a…");
        assertThat(EventLimits.isStorable(cut)).isTrue();
    }

    @Test
    void halvesOfSurrogatePairsAreReplacedInSentencesAndRefusedInRows() {
        assertThat(Check.storable("a\ud83db\ude00c\ud83d\ude00"))
                .isEqualTo("a\uFFFDb\uFFFDc\ud83d\ude00");
        assertThatThrownBy(() -> new ChatMessage("user", "a\ud83d"))
                .hasMessageContaining("half of a surrogate pair");
    }

    @Test
    void numbersHaveRanges() {
        assertThatThrownBy(() -> Check.positive("epoch", Long.MAX_VALUE))
                .hasMessage("epoch must be in [1, 9007199254740992], got 9223372036854775807");
        assertThatThrownBy(() -> Check.measured("loss", Double.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> Check.measured("loss", Double.POSITIVE_INFINITY))
                .hasMessageContaining("Infinity");
    }
}
