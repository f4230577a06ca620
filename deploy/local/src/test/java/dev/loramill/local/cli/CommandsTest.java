package dev.loramill.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.process.ChildProcess;
import dev.loramill.process.JavaCommand;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands as a person gives them, while nothing runs. */
class CommandsTest {
    @TempDir private Path home;

    @Test
    void aLogThatIsNotThereIsAnsweredWithThoseThatAre() throws Exception {
        Files.createDirectories(home.resolve("logs"));
        Files.writeString(home.resolve("logs/ingest.log"), "all is well\n");

        assertThat(run("logs", "ingest")).isEqualTo(new Said(0, "all is well"));
        for (String name : List.of("NOPE", "../run/state", "")) {
            Said said = run("logs", name);
            assertThat(said.exitCode()).isEqualTo(1);
            assertThat(said.text()).contains("no log \"" + name + "\"", "ingest");
        }
    }

    @Test
    void aDemoWithoutItsFileStartsNothing() throws Exception {
        Said said = run("demo", "--data", home.resolve("rows.jsonl").toString());

        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.text())
                .contains("--data", "rows.jsonl", "cannot be read", "./loramill demo --help")
                .hasLineCount(2);
        assertThat(files()).isEmpty();
    }

    @Test
    void aWrongOptionIsNamedWithoutTheWholeUsage() throws Exception {
        Said said = run("up", "--bas", "x");

        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.text()).contains("--bas", "./loramill up --help");
        assertThat(said.text().lines().count()).isLessThan(5);
    }

    @Test
    void statusAndDownSayThatNothingRuns() throws Exception {
        assertThat(run("status").exitCode()).isEqualTo(3);
        assertThat(run("status").text()).contains("not running", "./loramill up");
        assertThat(run("down").text()).contains("not running");
        assertThat(files()).isEmpty();
    }

    private record Said(int exitCode, String text) {}

    private Said run(String... arguments) throws Exception {
        List<String> lines = new ArrayList<>();
        try (ChildProcess process =
                JavaCommand.ofMain(LoramillCommand.class.getName())
                        .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                        .arguments(arguments)
                        .child()
                        .environment(Map.of("LORAMILL_HOME", home.toString()))
                        .environment(Map.of("LORAMILL_CHECKOUT", home.toString()))
                        .outputAndErrors(Redirect.PIPE)
                        .start()) {
            return new Said(process.readLines(lines::add), String.join("\n", lines));
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(home)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
