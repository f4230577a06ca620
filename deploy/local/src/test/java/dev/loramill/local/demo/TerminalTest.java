package dev.loramill.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TerminalTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Terminal terminal =
            new Terminal(new PrintStream(bytes, true, StandardCharsets.UTF_8));

    @Test
    void textsAreWrappedIntoTheirColumns() {
        terminal.sideBySide("base", "word ".repeat(40), "adapter", "x".repeat(150));

        assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(3 + 58 + 3 + 58))
                .hasSizeGreaterThan(4);
    }

    @Test
    void noWordIsLost() {
        assertThat(String.join(" ", Terminal.wrapped("one two\n\nthree  four")))
                .isEqualTo("one two  three four");
    }

    @Test
    void withoutATerminalProgressIsALineForEachMilestone() {
        terminal.live("step 0", "step 1/20");
        terminal.live("step 0", "step 2/20");
        terminal.live("step 1", "step 10/20");

        assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("   step 1/20", "   step 10/20");
    }

    @Test
    void durationsAreReadable() {
        assertThat(Timeline.format(Duration.ofMillis(1234))).isEqualTo("1.2 s");
        assertThat(Timeline.format(Duration.ofSeconds(125))).isEqualTo("2:05 min");
    }
}
