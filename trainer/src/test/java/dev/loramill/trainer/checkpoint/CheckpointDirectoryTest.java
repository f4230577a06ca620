package dev.loramill.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.trainer.storage.Safetensors.Floats;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointDirectoryTest {
    @TempDir Path directory;

    @Test
    void givesBackWhatWasWritten() throws IOException {
        CheckpointDirectory checkpoints = new CheckpointDirectory(directory, 2);
        checkpoints.write(state(3), tensors(1.5f));

        try (Arena arena = Arena.ofConfined()) {
            Checkpoint.Loaded loaded = checkpoints.newest(arena).orElseThrow();

            assertThat(loaded.state()).isEqualTo(state(3));
            assertThat(
                            Objects.requireNonNull(loaded.tensors().get("parameters"))
                                    .data()
                                    .toArray(ValueLayout.JAVA_FLOAT))
                    .containsOnly(1.5f);
        }
    }

    @Test
    void keepsTheNewest() throws IOException {
        CheckpointDirectory checkpoints = new CheckpointDirectory(directory, 2);
        for (int step = 5; step <= 20; step += 5) {
            checkpoints.write(state(step), tensors(step));
        }

        assertThat(fileNames())
                .containsExactlyInAnyOrder(
                        "checkpoint-00000015.safetensors", "checkpoint-00000020.safetensors");
    }

    @Test
    void passesOverADamagedOneWhereverTheDamageIs() throws IOException {
        CheckpointDirectory checkpoints = new CheckpointDirectory(directory, 2);
        checkpoints.write(state(1), tensors(1));
        Path newest = checkpoints.write(state(2), tensors(2));
        byte[] sound = Files.readAllBytes(newest);
        for (int at = 0; at < sound.length; at += 7) {
            byte[] damaged = sound.clone();
            damaged[at] ^= 0x04;
            Files.write(newest, damaged);
            assertThat(newestStep(checkpoints)).as("byte %d changed", at).isEqualTo(1);
        }
        for (int length : new int[] {0, 5, 100, sound.length - 1}) {
            Files.write(newest, Arrays.copyOf(sound, length));
            assertThat(newestStep(checkpoints)).as("cut to %d bytes", length).isEqualTo(1);
        }
        Files.write(newest, sound);
        assertThat(newestStep(checkpoints)).isEqualTo(2);
    }

    @Test
    void leavesNothingBehindWhenWritingFails() throws IOException {
        Files.writeString(directory.resolve("file"), "in the way");
        CheckpointDirectory checkpoints =
                new CheckpointDirectory(directory.resolve("file").resolve("below"), 2);

        assertThatThrownBy(() -> checkpoints.write(state(1), tensors(1)))
                .isInstanceOf(IOException.class);
        assertThat(fileNames()).containsExactly("file");
    }

    private static int newestStep(CheckpointDirectory checkpoints) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return checkpoints.newest(arena).orElseThrow().state().step();
        }
    }

    private List<String> fileNames() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }

    private static TrainingState state(int step) {
        return new TrainingState("fingerprint", step, 100L * step, 1.25, 2.5, 2.25, step, 0, null);
    }

    private static Map<String, Floats> tensors(float value) {
        float[] values = new float[40];
        Arrays.fill(values, value);
        return Map.of("parameters", new Floats(List.of(40L), MemorySegment.ofArray(values)));
    }
}
