package dev.loramill.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChildProcessTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(100);

    @TempDir private Path directory;

    @Test
    void linesComeInOrderWithArgumentsOptionsVariablesAndDirectory() throws Exception {
        List<String> lines = new ArrayList<>();
        ChildCommand command =
                ChildForTest.doing("tell", "with a space", "")
                        .options("-Dfor.test=given")
                        .child()
                        .environment(Map.of("FOR_TEST", "set"))
                        .directory(directory)
                        .errors(Redirect.DISCARD);

        try (ChildProcess child = command.start()) {
            assertThat(child.readLines(lines::add)).isZero();
        }

        assertThat(lines)
                .containsExactly(
                        "arguments [tell, with a space, ]",
                        "variable set",
                        "property given",
                        "directory " + directory.toRealPath(),
                        "grün");
    }

    @Test
    void variablesOfThisProcessCanBeLeftOut() throws Exception {
        assertThat(System.getenv("PATH")).isNotNull();
        List<String> lines = new ArrayList<>();
        ChildCommand command =
                ChildCommand.of(List.of("/usr/bin/env"))
                        .withoutEnvironment(List.of("PATH"))
                        .environment(Map.of("FOR_TEST", "set"));

        try (ChildProcess child = command.start()) {
            child.readLines(lines::add);
        }

        assertThat(lines).contains("FOR_TEST=set").noneMatch(line -> line.startsWith("PATH="));
    }

    @Test
    void aChildThatIsStoppedInTheMiddleIsKilledWhenItsTimeIsOver() throws Exception {
        ChildCommand command =
                ChildCommand.of(
                        List.of("/bin/sh", "-c", "while :; do echo alive; sleep 0.2; done"));

        try (ChildProcess child = command.start()) {
            AtomicLong lines = new AtomicLong();
            assertThatThrownBy(() ->
                            child.readLinesWhileHeard(
                                    line -> {
                                        if (lines.incrementAndGet() == 10) {
                                            new ProcessBuilder(
                                                            "kill",
                                                            "-STOP",
                                                            String.valueOf(child.pid()))
                                                    .start()
                                                    .waitFor();
                                        }
                                    },
                                    () -> Duration.ofSeconds(1)))
                    .isInstanceOf(SilentChildException.class)
                    .hasMessageContaining("wrote nothing for 1 seconds");
            assertThat(child.isAlive()).isFalse();
            assertThat(lines)
                    .as("it was heard for longer than its patience")
                    .hasValueGreaterThanOrEqualTo(10);
        }
    }

    @Test
    void theTimeThatAHandlerTakesIsNoSilence() throws Exception {
        ChildCommand command = ChildCommand.of(List.of("/bin/sh", "-c", "echo one; echo two"));
        List<String> lines = new ArrayList<>();

        try (ChildProcess child = command.start()) {
            int status =
                    child.readLinesWhileHeard(
                            line -> {
                                new ProcessBuilder("sleep", "1").start().waitFor();
                                lines.add(line);
                            },
                            () -> Duration.ofMillis(300));
            assertThat(status).isZero();
        }
        assertThat(lines).containsExactly("one", "two");
    }

    @Test
    void theTailOfALargeLogIsReadAlone() throws Exception {
        Path log = Files.write(directory.resolve("large.log"), new byte[3 << 20]);
        Files.writeString(log, "\nthe end\n", java.nio.file.StandardOpenOption.APPEND);
        ChildCommand command =
                ChildCommand.of(List.of("/bin/true")).errors(Redirect.appendTo(log.toFile()));

        try (ChildProcess child = command.start()) {
            child.waitFor();
            assertThat(child.logTail(1)).isEqualTo("the end");
            assertThat(child.logTail(2)).hasSizeLessThan(70_000);
        }
    }

    @Test
    void theTailOfItsLogIsToldAndFormerLinesStayInTheFile() throws Exception {
        Path log = Files.writeString(directory.resolve("child.log"), "a former line\n");
        ChildCommand command =
                ChildForTest.doing("tell").child().errors(Redirect.appendTo(log.toFile()));

        try (ChildProcess child = command.start()) {
            child.readLines(line -> {});

            assertThat(child.logTail(1)).isEqualTo("another error");
            assertThat(child.logTail(9)).isEqualTo("a former line\none error\nanother error");
        }
    }

    @Test
    void outputAndErrorsGoToOneFile() throws Exception {
        Path log = directory.resolve("child.log");
        ChildCommand command =
                ChildForTest.doing("tell").child().outputAndErrors(Redirect.appendTo(log.toFile()));

        try (ChildProcess child = command.start()) {
            assertThat(child.waitFor()).isZero();
        }

        assertThat(Files.readAllLines(log)).contains("grün", "one error");
    }

    @Test
    void itsExitStatusIsTold() throws Exception {
        try (ChildProcess child = ChildForTest.doing("exit", "7").child().start()) {
            assertThat(child.readLines(line -> {})).isEqualTo(7);
            assertThat(child.exitStatus()).isEqualTo(7);
            assertThat(child.isAlive()).isFalse();
            assertThat(child.onExit().join()).isSameAs(child);
        }
    }

    @Test
    void oneThatIsAskedToEndTidiesUp() throws Exception {
        List<String> lines = new ArrayList<>();
        AtomicBoolean isEnded = new AtomicBoolean();
        try (ChildProcess child = ChildForTest.doing("wait and tidy").child().start()) {
            int status =
                    child.readLines(line -> {
                        lines.add(line);
                        if (line.equals("ready")) {
                            isEnded.set(child.end(LONG));
                        }
                    });

            assertThat(status).isEqualTo(143);
        }
        assertThat(isEnded).isTrue();
        assertThat(lines).containsExactly("ready", "tidied");
    }

    @Test
    void oneThatDoesNotEndWhenAskedIsKilled() throws Exception {
        AtomicBoolean isEnded = new AtomicBoolean(true);
        try (ChildProcess child = ChildForTest.doing("never end").child().start()) {
            int status = child.readLines(line -> isEnded.set(child.end(SHORT)));

            assertThat(status).isEqualTo(137);
        }
        assertThat(isEnded).isFalse();
    }

    @Test
    void endingOneEndsItsOwnChildren() throws Exception {
        AtomicLong pid = new AtomicLong();
        try (ChildProcess child = ChildForTest.doing("leave another", "wait").child().start()) {
            child.readLines(line -> {
                pid.set(Long.parseLong(line));
                child.end(LONG);
            });
        }
        assertEnds(pid.get());
    }

    @Test
    void oneThatIsNotDoneInTimeIsKilledAndNamed() throws Exception {
        try (ChildProcess child = ChildForTest.doing("wait").child().start()) {
            assertThatThrownBy(() -> child.readLines(line -> {}, SHORT))
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            "process %d did not end in PT0.1S and was killed"
                                    .formatted(child.pid()));
            assertThat(child.isAlive()).isFalse();
        }
    }

    @Test
    void whatTheHandlerThrowsKillsTheChildAndReachesTheCaller() throws Exception {
        try (ChildProcess child = ChildForTest.doing("wait").child().start()) {
            assertThatThrownBy(() ->
                            child.readLines(line -> {
                                throw new IllegalStateException("disk full");
                            }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("disk full");
            assertThat(child.isAlive()).isFalse();
        }
    }

    @Test
    void anInterruptEndsTheWaitAndClosingTheChild() throws Exception {
        Thread reader = Thread.currentThread();
        try (ChildProcess child = ChildForTest.doing("wait").child().start()) {
            assertThatThrownBy(() -> child.readLines(line -> reader.interrupt()))
                    .isInstanceOf(InterruptedException.class);
            assertThat(child.isAlive()).isTrue();
            child.close();
            assertThat(child.exitStatus()).isEqualTo(137);
        }
    }

    @Test
    void oneThatWatchesItsParentEndsWhenItIsLetGo() throws Exception {
        try (ChildProcess child = ChildForTest.doing("watch").child().start()) {
            int status = child.readLines(line -> child.letGo());

            assertThat(status).isEqualTo(ParentWatch.ORPHANED);
        }
    }

    @Test
    void oneThatWatchesItsParentEndsWhenThatIsKilled() throws Exception {
        AtomicLong pid = new AtomicLong();
        try (ChildProcess parent = ChildForTest.doing("start another", "watch").child().start()) {
            int status =
                    parent.readLines(line -> {
                        pid.set(Long.parseLong(line));
                        parent.handle().destroyForcibly();
                    });

            assertThat(status).isEqualTo(137);
        }
        assertEnds(pid.get());
    }

    @Test
    void theInputOfOneWithoutIsEmpty() throws Exception {
        List<String> lines = new ArrayList<>();
        try (ChildProcess child = ChildForTest.doing("read").child().withoutInput().start()) {
            child.readLines(lines::add);
        }
        assertThat(lines).containsExactly("read -1");
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> ChildCommand.of(List.of("/no/such/program")).start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/no/such/program");
    }

    @Test
    void errorsThatNobodyWouldReadAreRefused() {
        assertThatThrownBy(() -> ChildCommand.of(List.of("java")).errors(Redirect.PIPE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name a file");
    }

    /** Its parent has gone, so whether it ends is all that can be known of it. */
    private static void assertEnds(long pid) throws Exception {
        ProcessHandle process = ProcessHandle.of(pid).orElse(null);
        if (process != null) {
            try {
                assertThat(process.onExit().get(LONG.toSeconds(), TimeUnit.SECONDS).isAlive())
                        .isFalse();
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
