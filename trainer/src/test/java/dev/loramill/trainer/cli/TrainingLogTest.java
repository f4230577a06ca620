package dev.loramill.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.trainer.TrainerLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLogTest {
    private static final TrainerLine BASE = new TrainerLine.Evaluated(0, 3.5, 0.1, 33, 8);
    private static final TrainerLine CHECKPOINT =
            new TrainerLine.Checkpointed(2, "checkpoints/step-2.safetensors", "");
    private static final TrainerLine LATER = new TrainerLine.Evaluated(3, 2.5, 0.2, 12, 8);
    private static final TrainerLine LATER_CHECKPOINT =
            new TrainerLine.Checkpointed(3, "checkpoints/step-3.safetensors", "");
    private static final TrainerLine FINISHED =
            new TrainerLine.Finished("adapter.gguf", "", "peft", 3.5, 2.5, 3, 3, 192, 1.5, 1000);

    @TempDir private Path directory;
    private Path file;
    private TrainingLog log;

    @BeforeEach
    void create() {
        file = directory.resolve("training_log.jsonl");
        log = new TrainingLog(file);
    }

    @Test
    void aResumedRunKeepsWhatWasWrittenUpToItsCheckpoint() throws Exception {
        accept(started(0), BASE, step(1), step(2), CHECKPOINT, step(3));
        accept(LATER, LATER_CHECKPOINT, FINISHED);

        accept(started(2), step(3));

        assertThat(lines())
                .containsExactly(
                        started(0).toJson(),
                        BASE.toJson(),
                        step(1).toJson(),
                        step(2).toJson(),
                        CHECKPOINT.toJson(),
                        started(2).toJson(),
                        step(3).toJson());
    }

    @Test
    void aRunFromItsBeginningKeepsNothing() throws Exception {
        accept(started(0), BASE, step(1));

        accept(started(0));

        assertThat(lines()).containsExactly(started(0).toJson());
    }

    @Test
    void whatIsNoWholeLineOfThisTrainerIsDropped() throws Exception {
        Files.write(
                file,
                List.of(
                        started(0).toJson(),
                        step(1).toJson(),
                        "{\"type\":\"cooled\",\"degrees\":40}",
                        "{\"type\":\"progress\",\"st"));

        accept(started(2));

        assertThat(lines())
                .containsExactly(started(0).toJson(), step(1).toJson(), started(2).toJson());
    }

    private void accept(TrainerLine... lines) {
        Arrays.asList(lines).forEach(log);
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(file);
    }

    private static TrainerLine started(int resumedFromStep) {
        return new TrainerLine.Started(
                3, 4, 64, 1, resumedFromStep, "fp32", "cpu", "fused", 64, 0, 0, null);
    }

    private static TrainerLine step(int step) {
        return new TrainerLine.Progressed(
                step, 3, 3.0 / step, 0.001, 1.0, null, 100, step * 64L, 1000, 1, Map.of());
    }
}
