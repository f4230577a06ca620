package dev.loramill.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LaunchSettingsTest {
    @Test
    void keepsLibrariesFromStartingThreadsAndMemoryFromBeingReturned() {
        assertThat(LaunchSettings.jvmOptions()).contains("--add-modules=jdk.incubator.vector");
        assertThat(LaunchSettings.environment())
                .containsEntry("OMP_NUM_THREADS", "1")
                .containsKey("MALLOC_TRIM_THRESHOLD_");
    }

    @Test
    void theShellScriptReadsTheSameFiles() throws Exception {
        Path script = Path.of("../loramill");
        assertThat(Files.readString(script))
                .contains("$TRAINER_APP/jvm.options", "$TRAINER_APP/environment")
                .doesNotContain("MALLOC_");
    }
}
