package dev.loramill.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerInstallationTest {
    @TempDir private Path directory;

    @BeforeEach
    void aBuiltTrainer() throws IOException {
        Files.createDirectory(directory.resolve("lib"));
        Files.createFile(directory.resolve("lib/pytorch-linux-x86_64.jar"));
        Files.writeString(directory.resolve("jvm.options"), "-Xmn64m\n");
        Files.writeString(directory.resolve("environment"), "OMP_NUM_THREADS=1\nX=a=b\n");
    }

    @Test
    void itsJarsOptionsAndVariablesAreTaken() throws IOException {
        TrainerInstallation trainer = TrainerInstallation.in(directory);

        assertThat(trainer.classPath()).isEqualTo(directory.resolve("lib") + "/*");
        assertThat(trainer.jvmOptions()).containsExactly("@" + directory.resolve("jvm.options"));
        assertThat(trainer.environment())
                .containsEntry("OMP_NUM_THREADS", "1")
                .containsEntry("X", "a=b");
        assertThat(trainer.hasCuda()).isFalse();
    }

    @Test
    void aBuildForGpusIsKnown() throws IOException {
        Files.createFile(directory.resolve("lib/pytorch-linux-x86_64-gpu.jar"));

        assertThat(TrainerInstallation.in(directory).hasCuda()).isTrue();
    }

    @Test
    void aDirectoryWithoutATrainerIsNamedWithTheSetting() {
        assertThatThrownBy(() -> TrainerInstallation.in(directory.resolve("none")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(directory.resolve("none").toString())
                .hasMessageContaining("loramill.worker.trainer.directory");
    }
}
