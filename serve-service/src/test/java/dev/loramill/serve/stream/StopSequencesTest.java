package dev.loramill.serve.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopSequencesTest {
    @Test
    void passesTextOnAtOnceWhenThereAreNoSequences() {
        StopSequences stops = new StopSequences(List.of());

        assertThat(stops.append("Hello")).isEqualTo("Hello");
        assertThat(stops.append(", world")).isEqualTo(", world");
        assertThat(stops.finish()).isEmpty();
        assertThat(stops.isReached()).isFalse();
    }

    @Test
    void endsTextBeforeSequence() {
        StopSequences stops = new StopSequences(List.of("###"));

        assertThat(stops.append("answer###more")).isEqualTo("answer");
        assertThat(stops.isReached()).isTrue();
        assertThat(stops.append("still more")).isEmpty();
        assertThat(stops.finish()).isEmpty();
    }

    @Test
    void holdsBackWhatMayBeginASequence() {
        StopSequences stops = new StopSequences(List.of("\n\nQ:"));

        assertThat(stops.append("yes\n")).isEqualTo("yes");
        assertThat(stops.append("\n")).isEmpty();
        assertThat(stops.append("Q")).isEmpty();
        assertThat(stops.append(".")).isEqualTo("\n\nQ.");
        assertThat(stops.isReached()).isFalse();
    }

    @Test
    void givesHeldTextBackWhenTheTextEnds() {
        StopSequences stops = new StopSequences(List.of("END"));

        assertThat(stops.append("the EN")).isEqualTo("the ");
        assertThat(stops.finish()).isEqualTo("EN");
    }

    @Test
    void findsSequenceThatOverlapsItself() {
        StopSequences stops = new StopSequences(List.of("aab"));

        assertThat(stops.append("aa") + stops.append("ab")).isEqualTo("a");
        assertThat(stops.isReached()).isTrue();
    }

    @Test
    void choosesTheSequenceThatIsCompleteFirst() {
        StopSequences stops = new StopSequences(List.of("abcd", "bc"));

        assertThat(stops.append("abcd")).isEqualTo("a");
    }

    @Test
    void refusesEmptySequence() {
        assertThatThrownBy(() -> new StopSequences(List.of("")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("empty");
    }

    @Test
    void givesTheSameTextHoweverItIsCut() {
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            List<String> sequences =
                    random.ints(1 + random.nextInt(4), 1, 5)
                            .mapToObj(length -> letters(random, length))
                            .toList();
            String text = letters(random, random.nextInt(40));

            StopSequences whole = new StopSequences(sequences);
            String expected = whole.append(text) + whole.finish();

            StopSequences cut = new StopSequences(sequences);
            StringBuilder actual = new StringBuilder();
            int from = 0;
            while (from < text.length()) {
                int to = Math.min(text.length(), from + 1 + random.nextInt(4));
                actual.append(cut.append(text.substring(from, to)));
                from = to;
            }
            actual.append(cut.finish());

            assertThat(actual).as("%s in %s", sequences, text).hasToString(expected);
            assertThat(cut.isReached()).isEqualTo(whole.isReached());
            assertThat(expected).isEqualTo(naive(text, sequences));
        }
    }

    /** The text up to the first place where one of the sequences ends. */
    private static String naive(String text, List<String> sequences) {
        for (int end = 1; end <= text.length(); end++) {
            String prefix = text.substring(0, end);
            int longest =
                    sequences.stream()
                            .filter(prefix::endsWith)
                            .mapToInt(String::length)
                            .max()
                            .orElse(0);
            if (longest > 0) {
                return prefix.substring(0, end - longest);
            }
        }
        return text;
    }

    private static String letters(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(3)));
        }
        return text.toString();
    }
}
