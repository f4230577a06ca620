package dev.loramill.clean.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class NormalizeSpaceTest {
    private static final Pattern LINE_BREAKS =
            Pattern.compile("[ \\t\\x0B\\f\\p{Zs}]*(?:\\r\\n|[\\n\\r\\u0085\\u2028\\u2029])");
    private static final Pattern MANY_LINE_BREAKS = Pattern.compile("\\n{3,}");
    private static final Pattern SPACES = Pattern.compile("[ \\t\\x0B\\f\\p{Zs}]+");
    private static final String LETTERS =
            "ab.  \t\u000B\f\u00A0\u3000\r\n\r\n\u0085\u2028\u2029\u001C";

    private final TextRewrite rewrite =
            new NormalizeSpace(
                            "space",
                            Field.ALL,
                            new RewriteExamples(
                                    List.of(new RewriteExamples.Change("a  b", "a b")),
                                    List.of("a b")))
                    .compile();

    @Test
    void onePassMakesTheSameAsThreePatterns() {
        Random random = new Random(8);
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(14); length > 0; length--) {
                text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
            }
            // A text with nothing but single spaces is left alone before any pattern is tried.
            text.append("  x");

            assertThat(rewrite.rewrite(text.toString(), StepBudget.ofRow(text.length())))
                    .isEqualTo(byPatterns(text.toString()));
        }
    }

    private static String byPatterns(String text) {
        String lines = LINE_BREAKS.matcher(text).replaceAll("\n");
        String fewLines = MANY_LINE_BREAKS.matcher(lines).replaceAll("\n\n");
        return Space.strip(SPACES.matcher(fewLines).replaceAll(" "));
    }
}
