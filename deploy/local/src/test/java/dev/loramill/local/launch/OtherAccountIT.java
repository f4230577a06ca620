package dev.loramill.local.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.loramill.local.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a second account of the machine can do with a running stack. */
class OtherAccountIT {
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir Path directory;
    private TrialHome trial;

    @BeforeEach
    void makeHome() throws IOException {
        trial = new TrialHome(directory);
        // Else nobody could come as far as the home.
        open(directory, "rwxr-xr-x");
    }

    @AfterEach
    void stop() throws Exception {
        assertThat(trial.run("down").waitFor(PATIENCE)).isTrue();
    }

    @Test
    void aHomeThatAnEarlierReleaseLeftOpenIsClosed() throws Exception {
        Path row = openHome();

        up();

        assertThat(trial.printed()).contains("and all files in it are now for this account only");
        List<Path> openFiles = new ArrayList<>();
        try (Stream<Path> all = Files.walk(trial.home().directory())) {
            for (Path file : all.toList()) {
                // Files of a running stack come and go; PostgreSQL's programs are no data.
                if (Files.exists(file)
                        && !file.startsWith(trial.home().postgresPrograms())
                        && PrivateFiles.isOpen(file)) {
                    openFiles.add(file);
                }
            }
        }
        assertThat(openFiles).isEmpty();
        assertThat(row).isReadable();
    }

    @Test
    void readsNoFile() throws Exception {
        assumeTrue(
                "root".equals(System.getProperty("user.name"))
                        && Files.isExecutable(Path.of("/usr/bin/setpriv")),
                "only root can become a second account, by setpriv");
        Path row = openHome();
        assertThat(asAnother("cat", row.toString())).as("before").contains("a row");

        up();

        assertThat(trial.printed()).contains("warning: started as root");
        assertThat(asAnother("cat", row.toString())).contains("Permission denied");
        assertThat(asAnother("find", trial.home().directory().toString(), "-mindepth", "1"))
                .contains("Permission denied")
                .hasLineCount(1);
    }

    @Test
    void findsNoPasswordInCommandLinesAndNoDoorWithoutOne() throws Exception {
        up();

        List<String> secrets = secrets();
        assertThat(secrets).hasSizeGreaterThan(10).doesNotContain("postgres");
        long launcher = RunState.read(trial.home()).orElseThrow().pid();
        List<ProcessHandle> processes =
                Stream.concat(
                                Stream.of(ProcessHandle.of(launcher).orElseThrow()),
                                ProcessHandle.of(launcher).orElseThrow().descendants())
                        .toList();
        assertThat(processes).hasSizeGreaterThan(5);
        for (ProcessHandle process : processes) {
            Path words = Path.of("/proc", Long.toString(process.pid()), "cmdline");
            if (Files.exists(words)) {
                assertThat(secrets).noneMatch(Files.readString(words)::contains);
            }
        }
        Ports ports = trial.home().ports();
        assertThatThrownBy(() ->
                        DriverManager.getConnection(
                                "jdbc:postgresql://127.0.0.1:%d/postgres"
                                        .formatted(ports.of(Ports.POSTGRES)),
                                "postgres",
                                "postgres"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password authentication failed");
        Map<String, Object> anonymous =
                Map.of(
                        "bootstrap.servers",
                        "127.0.0.1:" + ports.of(Ports.KAFKA),
                        "default.api.timeout.ms",
                        "2000",
                        "request.timeout.ms",
                        "1000");
        try (Admin admin = Admin.create(anonymous)) {
            assertThatThrownBy(() -> admin.listTopics().names().get())
                    .isInstanceOf(ExecutionException.class);
        }
    }

    /** A home as releases before made it; gives a file in it. */
    private Path openHome() throws Exception {
        Path row = trial.home().artifacts().resolve("row");
        Files.createDirectories(trial.home().artifacts());
        Files.createDirectories(trial.home().run());
        Files.writeString(row, "a row");
        open(trial.home().directory(), "rwxr-xr-x");
        open(trial.home().artifacts(), "rwxr-xr-x");
        open(row, "rw-r--r--");
        return row;
    }

    private void up() throws Exception {
        Process up = trial.run("up", "-d", "--base", trial.base().toString());
        assertThat(up.waitFor(PATIENCE)).isTrue();
        assertThat(up.exitValue()).as(trial.printed()).isZero();
    }

    private List<String> secrets() throws Exception {
        Properties kafka = new Properties();
        try (var in =
                Files.newInputStream(trial.home().kafkaSecrets().resolve("secrets.properties"))) {
            kafka.load(in);
        }
        List<String> secrets = new ArrayList<>();
        kafka.values().forEach(secret -> secrets.add(secret.toString()));
        Files.readAllLines(trial.home().postgresPasswords())
                .forEach(line -> secrets.add(line.substring(line.lastIndexOf(':') + 1)));
        return secrets;
    }

    private static String asAnother(String... words) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        command.addAll(Arrays.asList(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    private static void open(Path file, String mode) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }
}
