package dev.loramill.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerSecretTest {
    @TempDir private Path directory;

    @Test
    void withoutASecretTheWorkerDoesNotStartAndSaysWhatToSet() throws IOException {
        Path weak = Files.writeString(directory.resolve("weak"), "password");

        assertThatThrownBy(() -> secret(directory.resolve("absent")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("loramill.worker.secret")
                .hasMessageContaining("loramill.train.authority.worker-secret")
                .hasMessageContaining("is not there");
        assertThatThrownBy(() -> secret(weak))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("at least 32 bytes, got 8");
        assertThat(secret(TestSecret.in(directory))).isNotNull();
    }

    private WorkerSecret secret(Path file) {
        return new WorkerSecret(
                TestConfig.in(directory, Map.of("loramill.worker.secret", file.toString())));
    }
}
