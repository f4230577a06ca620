package dev.loramill.local.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.loramill.process.ChildCommand;
import dev.loramill.process.ChildProcess;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LowestPriorityTest {
    private static final Path OWN = Path.of("/proc/self/autogroup");

    @Test
    void aProgramIsNice() throws Exception {
        assertThat(lines("nice")).containsExactly("19");
    }

    @Test
    void itsSessionIsNiceToOtherSessionsAndOursStaysAsItIs() throws Exception {
        assumeThat(OWN).as("sessions share the processor here").exists();
        String own = Files.readString(OWN).strip();

        assertThat(lines("cat", OWN.toString())).singleElement().asString().endsWith(" nice 19");
        assertThat(Files.readString(OWN).strip()).isEqualTo(own);
    }

    @Test
    void argumentsArriveAsTheyAre() throws Exception {
        assertThat(lines("printf", "%s\n", "a b", "$(c)", "")).containsExactly("a b", "$(c)", "");
    }

    private static List<String> lines(String... program) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(LowestPriority.prefix());
        words.addAll(List.of(program));
        List<String> lines = new ArrayList<>();
        try (ChildProcess child = ChildCommand.of(words).outputAndErrors(Redirect.PIPE).start()) {
            assertThat(child.readLines(lines::add)).isZero();
        }
        return lines;
    }
}
