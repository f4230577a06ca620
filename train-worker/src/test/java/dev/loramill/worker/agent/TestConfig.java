package dev.loramill.worker.agent;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.Map;

/** The agent's configuration as it is read from settings. */
final class TestConfig {
    private TestConfig() {}

    static AgentConfig in(Path directory, Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .withMapping(AgentConfig.class)
                .withDefaultValue("loramill.worker.directory", directory.toString())
                // Quarkus reads "2s"; the bare library does not.
                .withDefaultValue("loramill.worker.heartbeat", "PT1S")
                .withDefaultValue("loramill.worker.trainer.patience", "PT10M")
                .withDefaultValues(settings)
                .build()
                .getConfigMapping(AgentConfig.class);
    }
}
