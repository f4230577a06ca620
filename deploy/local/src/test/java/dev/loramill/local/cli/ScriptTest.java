package dev.loramill.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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

    private record Said(int exitCode, String text) {}

    private Said run(Path script, String command) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(script.toAbsolutePath().normalize().toString(), command);
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
