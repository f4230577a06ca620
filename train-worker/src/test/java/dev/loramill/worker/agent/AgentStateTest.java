package dev.loramill.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.AttemptAssigned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentStateTest {
    @TempDir Path directory;

    @Test
    void aFirstStartKnowsNothing() throws IOException {
        AgentState state = AgentState.in(directory);

        assertThat(state.running()).isNull();
    }

    @Test
    void whatWasWrittenIsThereAfterARestart() throws IOException {
        AttemptAssigned assigned = Assignments.of("job-1", 7);
        AgentState state = AgentState.in(directory);
        state.runs(assigned, "00-trace");

        AgentState restarted = AgentState.in(directory);

        assertThat(restarted.running()).isEqualTo(assigned);
        assertThat(restarted.traceParent()).isEqualTo("00-trace");
    }

    @Test
    void readsTheStateOfAnEarlierVersion() throws IOException {
        AttemptAssigned assigned = Assignments.of("job-1", 7);
        AgentState.in(directory).runs(assigned, null);
        Path file = directory.resolve("agent.json");
        Files.writeString(
                file, Files.readString(file).replaceFirst("\\{", "{\"positions\":{\"0\":12},"));

        assertThat(AgentState.in(directory).running()).isEqualTo(assigned);
    }

    @Test
    void aStateThatCannotBeReadIsForgottenAndKeepsNoWorkerFromStarting() throws IOException {
        Files.writeString(directory.resolve("agent.json"), "{\"running\":{");

        AgentState state = AgentState.in(directory);

        assertThat(state.running()).isNull();
        state.runs(Assignments.of("job-1", 7), null);
        assertThat(AgentState.in(directory).running()).isEqualTo(Assignments.of("job-1", 7));
    }

    @Test
    void saysWhyNothingCanBeWritten() throws IOException {
        Path own = directory.resolve("own");
        AgentState state = AgentState.in(own);
        assertThat(state.fault()).isEmpty();

        // As a full disk has it: nothing can be written any more.
        Files.delete(own);
        Files.createFile(own);

        assertThat(state.fault()).hasValueSatisfying(fault -> assertThat(fault).contains("own"));
    }

    @Test
    void theEndOfAReplacedAttemptLeavesTheNewOne() throws IOException {
        AttemptAssigned old = Assignments.of("job-1", 7);
        AttemptAssigned replacement = Assignments.of("job-2", 8);
        AgentState state = AgentState.in(directory);
        state.runs(old, null);
        state.runs(replacement, null);

        state.ended(old);

        assertThat(state.running()).isEqualTo(replacement);
    }
}
