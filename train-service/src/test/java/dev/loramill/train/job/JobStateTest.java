package dev.loramill.train.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.AttemptReference;
import dev.loramill.events.EventJson;
import dev.loramill.events.Hyperparameters;
import dev.loramill.events.LoraSpec;
import dev.loramill.events.TrainServeContract;
import dev.loramill.events.TrainingSpec;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobStateTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.000006Z");
    private static final ArtifactReference FILE = new ArtifactReference("a".repeat(64), 10);
    private static final TrainingSpec SPEC =
            new TrainingSpec(
                    "base",
                    FILE,
                    "b".repeat(64),
                    FILE,
                    FILE,
                    new TrainServeContract(
                            "a".repeat(64),
                            "Q4_1",
                            "llama",
                            320,
                            "c".repeat(64),
                            "d".repeat(64),
                            "2024-07-26",
                            1,
                            2),
                    new LoraSpec(16, 32, 0, LoraSpec.ALL_TARGETS),
                    new Hyperparameters(1, null, 4, 1, 2e-4, null, 512, 42, "auto", 50, 25),
                    List.of("Why?"),
                    null);

    private final JobState.Queued queued = new JobState.ValidatingFiles().queued(SPEC, NOW);
    private final JobState.Running running = queued.assigned(attempt(1));
    private final ResumePoint checkpoint = new ResumePoint(25, FILE);

    @Test
    void attemptThatIsLostLeavesItsCheckpointToTheNext() {
        JobState.Queued again = running.checkpointed(checkpoint).lost(NOW);

        assertThat(again.attemptsMade()).isEqualTo(1);
        assertThat(again.assigned(attempt(2)).checkpoint()).isEqualTo(checkpoint);
        assertThat(again.withoutCheckpoint().assigned(attempt(2)).checkpoint()).isNull();
    }

    @Test
    void attemptsAreCountedWithoutAGap() {
        assertThatThrownBy(() -> queued.assigned(attempt(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("attempt must be 1 after 0 attempts, got 2");
    }

    @Test
    void everyStateIsReadAsItWasWritten() throws JsonProcessingException {
        List<JobState> states =
                List.of(
                        new JobState.ValidatingFiles(),
                        queued,
                        running,
                        running.checkpointed(checkpoint),
                        running.checkpointed(checkpoint).lost(NOW),
                        running.succeeded("e".repeat(64), "ft:base:loramill::12345678", 7, NOW),
                        running.failed(new JobError("internal", "crashed", null), NOW),
                        new JobState.ValidatingFiles().cancelled(NOW));
        for (JobState state : states) {
            String json = EventJson.mapper().writerFor(JobState.class).writeValueAsString(state);

            assertThat(EventJson.mapper().readValue(json, JobState.class)).isEqualTo(state);
            assertThat(json).contains("\"kind\":\"" + state.status() + "\"");
        }
    }

    private static AttemptReference attempt(int number) {
        return new AttemptReference("ftjob-1", number, 10 + number, "worker");
    }
}
