package dev.loramill.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.AttemptAssigned;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentStateTest {
    @TempDir Path directory;

    @Test
    void aFirstStartKnowsNothing() throws IOException {
        AgentState state = AgentState.in(directory);

        assertThat(state.positions()).isEmpty();
        assertThat(state.running()).isNull();
    }

    @Test
    void whatWasWrittenIsThereAfterARestart() throws IOException {
        AttemptAssigned assigned = Assignments.of("job-1", 7);
        AgentState state = AgentState.in(directory);
        state.readUpTo(0, 12);
        state.readUpTo(1, 3);
        state.runs(assigned);

        AgentState restarted = AgentState.in(directory);

        assertThat(restarted.positions()).isEqualTo(Map.of(0, 12L, 1, 3L));
        assertThat(restarted.running()).isEqualTo(assigned);
    }

    @Test
    void theEndOfAReplacedAttemptLeavesTheNewOne() throws IOException {
        AttemptAssigned old = Assignments.of("job-1", 7);
        AttemptAssigned replacement = Assignments.of("job-2", 8);
        AgentState state = AgentState.in(directory);
        state.runs(old);
        state.runs(replacement);

        state.ended(old);

        assertThat(state.running()).isEqualTo(replacement);
    }
}
