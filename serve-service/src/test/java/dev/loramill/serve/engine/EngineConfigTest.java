package dev.loramill.serve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.artifacts.ArtifactsConfig;
import dev.loramill.artifacts.BasesConfig;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EngineConfigTest {
    @Test
    void hasTheseDefaults() {
        SmallRyeConfig config = config(Map.of());
        EngineConfig engine = config.getConfigMapping(EngineConfig.class);

        assertThat(engine.base()).isEqualTo("smollm2-135m-instruct");
        assertThat(engine.threads()).isEmpty();
        assertThat(engine.contextLength()).isEqualTo(2048);
        assertThat(engine.slots()).isEqualTo(4);
        assertThat(engine.contexts()).isEqualTo(5);
        assertThat(engine.batchSize()).isEqualTo(128);
        assertThat(engine.queueLimit()).isEqualTo(64);
        assertThat(config.getConfigMapping(ArtifactsConfig.class).directory())
                .isEqualTo(Path.of(".loramill/artifacts"));
        assertThat(config.getConfigMapping(BasesConfig.class).catalogue())
                .isEqualTo(Path.of(".loramill/bases.json"));
    }

    @Test
    void readsTheseKeys() {
        EngineConfig engine =
                config(
                                Map.of(
                                        "loramill.serve.base", "other",
                                        "loramill.serve.threads", "3",
                                        "loramill.serve.context-length", "512",
                                        "loramill.serve.slots", "2",
                                        "loramill.serve.contexts", "7",
                                        "loramill.serve.batch-size", "64",
                                        "loramill.serve.queue-limit", "9"))
                        .getConfigMapping(EngineConfig.class);

        assertThat(engine.base()).isEqualTo("other");
        assertThat(EngineLimits.of(engine)).isEqualTo(new EngineLimits(3, 512, 2, 7, 64, 9));
    }

    private static SmallRyeConfig config(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withMapping(EngineConfig.class)
                .withMapping(ArtifactsConfig.class)
                .withMapping(BasesConfig.class)
                .withDefaultValues(values)
                .build();
    }
}
