package dev.loramill.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.loramill.artifacts.ArtifactStore;
import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptFailed;
import dev.loramill.events.AttemptFailed.FaultCategory;
import dev.loramill.events.EventLimits;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent where its disk, its broker or its own memory fails; nothing is trained. */
class AgentTest {
    @TempDir Path directory;

    private final RecordingReporter reporter = new RecordingReporter();
    private Path own;
    private Agent agent;

    @BeforeEach
    void startAgent() throws IOException {
        own = directory.resolve("worker");
        Files.createDirectories(directory.resolve("trainer/lib"));
        Files.createFile(directory.resolve("trainer/environment"));
        agent = newAgent(new LocalArtifactStore(directory.resolve("artifacts")));
    }

    @AfterEach
    void stopAgent() {
        agent.close();
    }

    @Test
    void anAssignmentThatCannotBeRememberedIsReportedAsFailed() throws IOException {
        breakDirectory();
        AttemptAssigned assigned = Assignments.of("job-1", 7);

        agent.assign(assigned);

        assertThat(reporter.events(AttemptFailed.class))
                .singleElement()
                .satisfies(failed -> {
                    assertThat(failed.attempt()).isEqualTo(assigned.attempt());
                    assertThat(failed.category()).isEqualTo(FaultCategory.EXHAUSTED);
                    assertThat(failed.message()).contains("agent.json");
                });
        assertThat(agent.running()).isEmpty();
    }

    @Test
    void anAssignmentThatWasReportedAsFailedIsNotTakenWhenItComesAgain() throws IOException {
        breakDirectory();
        agent.assign(Assignments.of("job-1", 7));
        mendDirectory();

        agent.assign(Assignments.of("job-1", 7));

        assertThat(agent.running()).isEmpty();
        assertThat(reporter.events()).hasSize(1);
    }

    @Test
    void anAssignmentThatWasNeitherRememberedNorReportedIsTakenWhenItComesAgain()
            throws IOException {
        AttemptAssigned assigned = Assignments.of("job-1", 7);
        breakDirectory();
        reporter.refuse(1);
        assertThatThrownBy(() -> agent.assign(assigned)).isInstanceOf(IllegalStateException.class);
        mendDirectory();

        agent.assign(assigned);

        AttemptFailed failed = awaitFailed();
        assertThat(failed.attempt()).isEqualTo(assigned.attempt());
        assertThat(failed.category()).isEqualTo(FaultCategory.MISSING);
    }

    @Test
    void anErrorIsReportedAndLeavesTheWorkerFree() throws IOException {
        agent = newAgent(broken(new LinkageError("\0")));

        agent.assign(Assignments.of("job-1", 7));

        AttemptFailed failed = awaitFailed();
        assertThat(failed.category()).isEqualTo(FaultCategory.INTERNAL);
        assertThat(failed.message()).isEqualTo("\uFFFD");
        await().untilAsserted(() -> assertThat(agent.running()).isEmpty());
    }

    @Test
    void aFaultWithoutWordsIsReportedByItsName() throws IOException {
        agent = newAgent(broken(new LinkageError(" ")));

        agent.assign(Assignments.of("job-1", 7));

        assertThat(awaitFailed().message()).contains("LinkageError");
    }

    @Test
    void anOutcomeThatTheBrokerRefusesIsReportedAsFailed() {
        reporter.refuse(1);

        agent.assign(Assignments.of("job-1", 7));

        AttemptFailed failed = awaitFailed();
        assertThat(failed.category()).isEqualTo(FaultCategory.INTERNAL);
        assertThat(failed.message()).startsWith("the broker refuses");
        await().untilAsserted(() -> assertThat(agent.running()).isEmpty());
    }

    @Test
    void aWorkerWhoseBrokerRefusesAllReportsOfAnAttemptIsFree() throws IOException {
        reporter.refuse(Integer.MAX_VALUE);

        agent.assign(Assignments.of("job-1", 7));

        await().untilAsserted(() -> assertThat(agent.running()).isEmpty());
        await().untilAsserted(() -> assertThat(AgentState.in(own).running()).isNull());
        assertThat(reporter.events()).isEmpty();
    }

    @Test
    void anEpochThatNobodyGaveOutDeafensNobody() {
        agent.assign(Assignments.of("job-1", EventLimits.COUNT));
        await().until(() -> reporter.events(AttemptFailed.class).size() == 1);
        await().untilAsserted(() -> assertThat(agent.running()).isEmpty());

        agent.assign(Assignments.of("job-2", 7));

        await().until(() -> reporter.events(AttemptFailed.class).size() == 2);
        agent.assign(Assignments.of("job-2", 7));
        assertThat(agent.running()).as("it was taken before").isEmpty();
    }

    private Agent newAgent(ArtifactStore store) throws IOException {
        return new Agent(
                AgentState.in(own),
                store,
                reporter,
                TrainerInstallation.in(directory.resolve("trainer")),
                TestConfig.in(own, Map.of()));
    }

    /** A store whose every use ends with an error. */
    private static ArtifactStore broken(Error fault) {
        return (ArtifactStore)
                Proxy.newProxyInstance(
                        ArtifactStore.class.getClassLoader(),
                        new Class<?>[] {ArtifactStore.class},
                        (_, _, _) -> {
                            throw fault;
                        });
    }

    private AttemptFailed awaitFailed() {
        await().until(() -> !reporter.events(AttemptFailed.class).isEmpty());
        return reporter.events(AttemptFailed.class).getFirst();
    }

    private void mendDirectory() throws IOException {
        Files.delete(own);
        Files.createDirectory(own);
    }

    /** As a full disk has it: nothing can be written any more. */
    private void breakDirectory() throws IOException {
        Files.deleteIfExists(own.resolve("agent.json"));
        Files.delete(own);
        Files.createFile(own);
    }
}
