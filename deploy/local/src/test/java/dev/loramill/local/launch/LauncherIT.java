package dev.loramill.local.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherIT {
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir Path directory;
    private TrialHome trial;
    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void makeHome() throws IOException {
        trial = new TrialHome(directory);
    }

    @AfterEach
    void endEverything() throws Exception {
        for (Process process : started) {
            process.destroy();
            process.waitFor(PATIENCE);
            process.destroyForcibly();
        }
        Process down = trial.run("down");
        down.waitFor(PATIENCE);
        down.destroyForcibly();
    }

    @Test
    void startsSupervisesAndStopsEverything() throws Exception {
        trial.channel(Service.CLEAN, "mp.messaging.incoming.outcomes.topic")
                .with(StandInService.OF_A_CHANNEL, "3");
        Process launcher = up();
        awaitRunning();
        assertThat(trial.home().log("clean")).content().contains("concurrency of outcomes: 3");
        assertThat(trial.home().log("serve")).content().contains("concurrency of outcomes: null");

        trial.with("LORAMILL_PORT_INGEST", "1");
        assertThat(run("status")).as("asks on the launcher's ports, not on its own").isZero();
        assertThat(trial.printed()).containsPattern("worker +[0-9]+ +[0-9]+ +ready");

        assertThat(run("up", "--base", trial.base().toString())).isEqualTo(1);
        assertThat(trial.printed()).contains("Loramill is already running, pid " + launcher.pid());

        long killed = state().services().get(1).pid();
        ProcessHandle.of(killed).orElseThrow().destroyForcibly();
        await().atMost(PATIENCE)
                .until(() -> {
                    RunState.ServiceState clean = state().services().get(1);
                    return clean.restarts() == 1 && clean.pid() != 0;
                });
        await().atMost(PATIENCE).until(() -> run("status") == 0);
        assertThat(trial.printed())
                .contains("clean (pid " + killed + ") ended by itself with code 137");

        List<Long> pids = state().services().stream().map(RunState.ServiceState::pid).toList();
        assertThat(pids).hasSize(5).allMatch(pid -> isAlive(pid));
        assertThat(run("down")).isZero();

        assertThat(launcher.waitFor(PATIENCE)).isTrue();
        assertThat(pids).noneMatch(pid -> isAlive(pid));
        assertThat(stopOrder())
                .containsExactly(
                        "serve", "worker", "train", "clean", "ingest", "postgres", "kafka");
        assertThat(run("status")).isEqualTo(3);
        assertThat(trial.home().postgresData().resolve("postmaster.pid")).doesNotExist();
        assertThat(files(trial.home().run())).containsExactly("launcher.lock");
    }

    @Test
    void comesUpAgainAfterTheLauncherWasKilled() throws Exception {
        Process killed = up();
        awaitRunning();
        List<Long> orphans = state().services().stream().map(RunState.ServiceState::pid).toList();
        killed.destroyForcibly().waitFor();
        assertThat(run("status")).isEqualTo(3);
        assertThat(orphans).allMatch(pid -> isAlive(pid));

        Process next = up();
        await().atMost(PATIENCE)
                .until(() -> {
                    Optional<RunState> state = RunState.read(trial.home());
                    return state.isPresent()
                            && state.get().pid() == next.pid()
                            && state.get().phase() == RunState.Phase.RUNNING;
                });

        assertThat(orphans).noneMatch(pid -> isAlive(pid));
        assertThat(run("status")).isZero();
        assertThat(run("down")).isZero();
    }

    @Test
    void aTakenPortStopsTheStartBeforeAnythingRuns() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            trial.with("LORAMILL_PORT_SERVE", Integer.toString(other.getLocalPort()));

            assertThat(run("up", "--base", trial.base().toString())).isEqualTo(1);

            assertThat(trial.printed())
                    .contains("port " + other.getLocalPort() + " is taken", "LORAMILL_PORT_SERVE");
            assertThat(trial.home().kafka()).doesNotExist();
            assertThat(trial.home().run().resolve("state.json")).doesNotExist();
            assertThat(run("status")).isEqualTo(3);
        }
    }

    @Test
    void aBaseThatIsNotThereStopsTheStartBeforeAnythingRuns() throws Exception {
        assertThat(run("up", "-d", "--base", "missing/base.gguf")).isEqualTo(1);

        assertThat(trial.printed()).contains("base file \"missing/base.gguf\" does not exist");
        assertThat(trial.home().kafka()).doesNotExist();
        assertThat(run("status")).isEqualTo(3);
    }

    @Test
    void aServiceThatCannotStartIsShownWithItsLastLinesAndTheRestIsStopped() throws Exception {
        trial.with("STAND_IN_FAILS", "yes");

        assertThat(run("up", "--base", trial.base().toString())).isEqualTo(1);

        assertThat(trial.printed())
                .contains("service \"ingest\" has ended 3 times")
                .contains("planted fault of " + trial.home().ports().of(Service.INGEST));
        assertThat(trial.home().postgresData().resolve("postmaster.pid")).doesNotExist();
        assertThat(run("status")).isEqualTo(3);
    }

    @Test
    void aDetachedLauncherOutlivesTheCommandAndAKilledDatabaseComesBack() throws Exception {
        assertThat(run("up", "-d", "--base", trial.base().toString())).isZero();
        assertThat(run("status")).isZero();

        String pid =
                Files.readAllLines(trial.home().postgresData().resolve("postmaster.pid"))
                        .getFirst();
        ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
        await().atMost(PATIENCE).until(() -> launcherLog().contains("postgres ended by itself"));
        await().atMost(PATIENCE).until(() -> run("status") == 0);

        assertThat(run("logs", "launcher")).isZero();
        assertThat(run("down")).isZero();
        assertThat(run("reset", "--yes")).isZero();
        assertThat(trial.home().kafka()).doesNotExist();
        assertThat(trial.home().postgresData()).doesNotExist();
    }

    @Test
    void aServiceIsLeftOutForSomebodyElseToRun() throws Exception {
        try (ServerSocket developer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            trial.with("LORAMILL_PORT_TRAIN", Integer.toString(developer.getLocalPort()));

            assertThat(run("up", "-d", "--without", "train", "--base", trial.base().toString()))
                    .isZero();

            assertThat(trial.printed())
                    .contains(
                            "train        left out; (set -a; . %s; ./mvnw quarkus:dev -pl train-service)"
                                    .formatted(trial.home().variables(Service.TRAIN)))
                    .contains("on port " + developer.getLocalPort());
            assertThat(state().services())
                    .extracting(RunState.ServiceState::name)
                    .containsExactly("ingest", "clean", "worker", "serve");
            assertThat(run("status")).isZero();
            assertThat(trial.printed())
                    .containsPattern("train +- +[0-9]+ +left out +- +somebody listens");
            assertThat(connection(trial.home().variables(Service.TRAIN)))
                    .isEqualTo("loramill_train loramill_train");
        }
        assertThat(run("down")).isZero();
    }

    @Test
    void anUnknownServiceToLeaveOutIsRefusedWithThoseThatAre() throws Exception {
        assertThat(run("up", "--without", "trainer", "--without", "kafka")).isEqualTo(1);

        assertThat(trial.printed())
                .contains(
                        "there is no service \"trainer\" to leave out; allowed are ingest, clean,"
                                + " train, worker, serve",
                        "there is no service \"kafka\"");
    }

    @Test
    void aDirectoryOfSomethingElseIsNotClosedToOthers() throws Exception {
        Path other = Files.createDirectory(directory.resolve("shared"));
        Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createFile(other.resolve("thesis.tex"));
        trial.with("LORAMILL_HOME", other.toString());

        assertThat(run("up", "-d", "--base", trial.base().toString())).isEqualTo(1);

        assertThat(trial.printed()).contains("such as \"thesis.tex\"", "LORAMILL_HOME");
        assertThat(Files.getPosixFilePermissions(other))
                .isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Process up() throws Exception {
        Process launcher = trial.run("up", "--base", trial.base().toString());
        started.add(launcher);
        return launcher;
    }

    private int run(String... arguments) throws Exception {
        Process process = trial.run(arguments);
        started.add(process);
        assertThat(process.waitFor(PATIENCE)).as(String.join(" ", arguments)).isTrue();
        return process.exitValue();
    }

    private void awaitRunning() {
        await().atMost(PATIENCE)
                .until(() ->
                        RunState.read(trial.home())
                                .filter(state -> state.phase() == RunState.Phase.RUNNING)
                                .isPresent());
    }

    private RunState state() throws Exception {
        return RunState.read(trial.home()).orElseThrow();
    }

    private String launcherLog() throws Exception {
        return Files.readString(trial.home().log("launcher"));
    }

    /** User and database that a shell reads from a file of variables and connects with. */
    private static String connection(Path variables) throws Exception {
        Process shell =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "set -a; . \"$1\"; printf '%s\\n' \"$QUARKUS_DATASOURCE_JDBC_URL\""
                                        + " \"$QUARKUS_DATASOURCE_USERNAME\""
                                        + " \"$QUARKUS_DATASOURCE_PASSWORD\""
                                        + " \"$KAFKA_SASL_JAAS_CONFIG\"",
                                "sh",
                                variables.toString())
                        .start();
        List<String> read =
                new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
        assertThat(read.get(3)).contains("username=\"loramill-train\"").endsWith(";");
        try (Connection connection =
                        DriverManager.getConnection(read.get(0), read.get(1), read.get(2));
                Statement statement = connection.createStatement();
                ResultSet who =
                        statement.executeQuery(
                                "SELECT current_user || ' ' || current_database()")) {
            assertThat(who.next()).isTrue();
            return String.valueOf(who.getString(1));
        }
    }

    private List<String> stopOrder() throws IOException {
        return trial.printed()
                .lines()
                .filter(line -> line.contains(" stopped in "))
                .map(line -> line.strip().split(" ", 2)[0])
                .toList();
    }

    private static List<String> files(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
        }
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }
}
