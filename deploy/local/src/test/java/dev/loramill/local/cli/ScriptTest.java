package dev.loramill.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code ./loramill} before any JVM runs. */
class ScriptTest {
    private static final Path SCRIPT = Path.of("../../loramill");

    @TempDir private Path checkout;

    /** What a machine with old JDKs only sees: here none is new enough. */
    @Test
    void saysWhichJdkIsNeededAndWhatItFound() throws Exception {
        String script = Files.readString(SCRIPT);
        assertThat(script).contains("JAVA_NEEDED=25");
        Path copy = checkout.resolve("loramill");
        Files.writeString(copy, script.replace("JAVA_NEEDED=25", "JAVA_NEEDED=99"));
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));

        Said said = run(copy, "up");

        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.text())
                .contains("needs a JDK of version 99 or newer and found none")
                .contains("JDK %d in ".formatted(Runtime.version().feature()))
                .contains("set JAVA_HOME");
        assertThat(files(checkout)).containsExactly(copy);
    }

    @Test
    void refusesAnUnknownCommandWithoutBuildingAnything() throws Exception {
        Said said = run(SCRIPT, "frobnicate");

        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.text()).contains("no command \"frobnicate\"", "--help");
        assertThat(files(checkout)).isEmpty();
    }

    @Test
    void helpNamesEveryCommandOfTheLauncher() throws Exception {
        Said said = run(SCRIPT, "--help");

        assertThat(said.exitCode()).isZero();
        for (String command : LoramillCommand.commandLine().getSubcommands().keySet()) {
            if (!command.equals("help")) {
                assertThat(said.text()).contains("./loramill " + command);
            }
        }
        assertThat(files(checkout)).isEmpty();
    }

    @Test
    void testNamesWhatWasSkippedAndWhichLibrariesWereTested() throws Exception {
        Path script =
                checkoutWithMaven(
                        """
                        mkdir -p a/target/surefire-reports b/target/failsafe-reports
                        cat >a/target/surefire-reports/TEST-x.ATest.xml <<'XML'
                        <testsuite name="x.ATest" tests="3" errors="0" skipped="2" failures="0">
                          <testcase name="runs" classname="x.ATest" time="0.1"/>
                          <testcase name="needsAGpu" classname="x.ATest" time="0">
                            <skipped message="no &quot;CUDA&quot; here"/>
                          </testcase>
                          <testcase name="other" classname="x.ATest" time="0">
                            <skipped/>
                          </testcase>
                        </testsuite>
                        XML
                        cat >b/target/failsafe-reports/TEST-x.BIT.xml <<'XML'
                        <testsuite name="x.BIT" tests="1" errors="0" skipped="0" failures="0">
                          <testcase name="runs" classname="x.BIT" time="0.1">
                            <system-err>INFO: library=java-llama.cpp llamaVersion=b4916 source=x Loaded llama.cpp</system-err>
                          </testcase>
                        </testsuite>
                        XML
                        """);

        Said said = run(script, "test");

        assertThat(said.exitCode()).as(said.text()).isZero();
        assertThat(said.text())
                .contains(
                        "2 passed, 0 failed, 2 skipped",
                        "  x.ATest.needsAGpu: no \"CUDA\" here",
                        "  x.ATest.other: no reason is given",
                        "  b, integration tests: java-llama.cpp b4916",
                        "The current build was not tested");
    }

    @Test
    void testSaysWhenNothingWasSkipped() throws Exception {
        Path script =
                checkoutWithMaven(
                        """
                        mkdir -p a/target/surefire-reports
                        echo '<testsuite name="x.ATest" tests="1" errors="0" skipped="0" failures="0">
                        <testcase name="runs" classname="x.ATest"/>
                        library=java-llama.cpp llamaVersion=b4916 Loaded llama.cpp
                        library=llama.cpp llamaVersion=0.5.0 Loaded llama.cpp
                        </testsuite>' >a/target/surefire-reports/TEST-x.ATest.xml
                        """);

        Said said = run(script, "test");

        assertThat(said.exitCode()).as(said.text()).isZero();
        assertThat(said.text())
                .contains(
                        "Skipped: nothing",
                        "  a, unit tests: java-llama.cpp b4916",
                        "  a, unit tests: llama.cpp 0.5.0")
                .doesNotContain("was not tested");
    }

    @Test
    void fuzzNamesWhatFailedAndHowToRepeatIt() throws Exception {
        Path script =
                checkoutWithMaven(
                        """
                        for argument in "$@"; do
                            case $argument in
                                -Dloramill.fuzz.folder=*) folder=${argument#*=} ;;
                                -Dtest=ChatRequestFuzzTest) echo 'fuzz chat: FAILED seed-7-input-5: a fault' ;;
                            esac
                        done
                        printf 'chat\\t10\\t100\\t4\\t5\\t1\\n' >"$folder/results.tsv"
                        """);

        Said said = run(script, "fuzz", "chat", "--inputs", "10", "--seed", "7");

        assertThat(said.exitCode()).as(said.text()).isEqualTo(1);
        assertThat(said.text())
                .contains(
                        "trying 10 inputs of seed 7 on each of: chat",
                        "chat: FAILED seed-7-input-5: a fault",
                        "--seed 7 --first N --inputs 1");
    }

    @Test
    void fuzzRefusesATargetThatThereIsNot() throws Exception {
        Said said = run(SCRIPT, "fuzz", "frobnicate");

        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.text()).contains("no target \"frobnicate\"", "--help");
        assertThat(files(checkout)).isEmpty();
    }

    /** A checkout of the script alone, with a Maven that does something else. */
    private Path checkoutWithMaven(String does) throws IOException {
        Path copy = Files.copy(SCRIPT, checkout.resolve("loramill"));
        Path maven = Files.createDirectory(checkout.resolve("bin")).resolve("mvn");
        Files.writeString(
                maven,
                """
                #!/bin/sh
                if [ "${1:-}" = -v ]; then echo 'Apache Maven 3.9.9'; exit 0; fi
                sleep 1
                """
                        + does);
        Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
        return copy;
    }

    private record Said(int exitCode, String text) {}

    private Said run(Path script, String... command) throws Exception {
        List<String> line = new ArrayList<>(List.of(command));
        line.addFirst(script.toAbsolutePath().normalize().toString());
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().merge("PATH", checkout.resolve("bin") + ":", (old, own) -> own + old);
        builder.environment().put("JAVA_HOME", String.valueOf(System.getProperty("java.home")));
        builder.environment().put("LORAMILL_HOME", checkout.resolve("home").toString());
        Process process = builder.redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text);
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
