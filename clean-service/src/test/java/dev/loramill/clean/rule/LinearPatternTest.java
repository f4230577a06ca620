package dev.loramill.clean.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinearPatternTest {
    private static final List<String> PIECES =
            List.of(
                    "a",
                    "b",
                    "A",
                    "k",
                    "s",
                    " ",
                    ".",
                    "\\.",
                    "\\s",
                    "\\S",
                    "\\d",
                    "\\w",
                    "\\W",
                    "\\b",
                    "\\B",
                    "[ab]",
                    "[^a]",
                    "[a-c]",
                    "[\\s,]",
                    "[^\\w]",
                    "[a-]",
                    "[.]",
                    "(",
                    ")",
                    "(?:",
                    "(?i:",
                    "(?-i:",
                    "|",
                    "*",
                    "+",
                    "?",
                    "*?",
                    "+?",
                    "??",
                    "{2}",
                    "{1,3}",
                    "{0,2}?",
                    "^",
                    "\\A",
                    "\\z",
                    "$",
                    "-",
                    "]",
                    "}",
                    "\\p{Punct}",
                    "’",
                    "\\n",
                    "é",
                    "(?=a)",
                    "\\1",
                    "++");
    private static final String LETTERS = "aabbcAkKsS .,1_\n\r’\u2028é\u017F\u212A\u0301";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a(?=b)",
                "(?<!a)b",
                "(a)\\1",
                "a++",
                "a$",
                "\\p{L}",
                "(a*)*",
                "(?:a|)+",
                "[[a]b]",
                "[a&&b]",
                "(?<n>a)",
                "(?m)^a",
                "\\Qa\\E",
                "(?:a{300}){300}",
                "é",
                "\\G"
            })
    void whatMeansSomethingElseOrNothingHasNoTranslation(String pattern) {
        assertThat(LinearPattern.of(Pattern.compile(pattern))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(x+x+)+y",
                "(a|aa)+c",
                "^(?:a|b)*?c",
                "\\bgood\\s+luck[.!]{1,3}",
                "[^\\s,]+@",
                "\\A[\\s\\p{Punct}“‘]*(?:(?:hi))"
            })
    void whatMeansTheSameIsTranslated(String pattern) {
        assertThat(LinearPattern.of(Pattern.compile(pattern, Pattern.CASE_INSENSITIVE)))
                .isNotNull();
    }

    @Test
    void bothEnginesFindTheSameInTheSameTexts() {
        Random random = new Random(3);
        int compared = 0;
        for (int i = 0; i < 40_000; i++) {
            StringBuilder source = new StringBuilder();
            for (int piece = random.nextInt(1, 9); piece > 0; piece--) {
                source.append(PIECES.get(random.nextInt(PIECES.size())));
            }
            Pattern pattern;
            try {
                pattern =
                        Pattern.compile(
                                source.toString(),
                                random.nextBoolean() ? Pattern.CASE_INSENSITIVE : 0);
            } catch (PatternSyntaxException e) {
                continue;
            }
            com.google.re2j.Pattern linear = LinearPattern.of(pattern);
            if (linear == null) {
                continue;
            }
            compared++;
            for (int texts = 0; texts < 5; texts++) {
                String text = text(random);
                assertThat(finds(linear.matcher(text)))
                        .as("%s (flags %d) in \"%s\"", pattern, pattern.flags(), text)
                        .isEqualTo(finds(pattern.matcher(text)));
            }
        }
        assertThat(compared).isGreaterThan(3_000);
    }

    private static String text(Random random) {
        // The letters that the two engines see differently come last; texts with them are not
        // given to RE2/J.
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(12); length > 0; length--) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length() - 3)));
        }
        return text.toString();
    }

    private static List<String> finds(Matcher matcher) {
        List<String> found = new ArrayList<>();
        while (matcher.find()) {
            StringBuilder groups = new StringBuilder(matcher.start() + "-" + matcher.end());
            for (int group = 1; group <= matcher.groupCount(); group++) {
                groups.append(' ').append(matcher.group(group));
            }
            found.add(groups.toString());
        }
        return found;
    }

    private static List<String> finds(com.google.re2j.Matcher matcher) {
        List<String> found = new ArrayList<>();
        while (matcher.find()) {
            StringBuilder groups = new StringBuilder(matcher.start() + "-" + matcher.end());
            for (int group = 1; group <= matcher.groupCount(); group++) {
                groups.append(' ').append(matcher.group(group));
            }
            found.add(groups.toString());
        }
        return found;
    }
}
