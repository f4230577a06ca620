package dev.loramill.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.events.AttemptAssigned;
import dev.loramill.events.AttemptFailed;
import dev.loramill.events.AttemptFailed.FaultCategory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent where its disk fails; nothing is trained. */
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
        agent =
                new Agent(
                        AgentState.in(own),
                        new LocalArtifactStore(directory.resolve("artifacts")),
                        reporter,
                        TrainerInstallation.in(directory.resolve("trainer")),
                        TestConfig.in(own, Map.of()));
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

    /** As a full disk has it: nothing can be written any more. */
    private void breakDirectory() throws IOException {
        Files.deleteIfExists(own.resolve("agent.json"));
        Files.delete(own);
        Files.createFile(own);
    }
}
