package dev.loramill.serve.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.artifacts.StoredArtifact;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of bases that cannot be served; none of them reaches native code. */
class BaseLoaderTest {
    @TempDir private Path directory;
    private Path catalogue;
    private LocalArtifactStore store;

    @BeforeEach
    void open() {
        catalogue = directory.resolve("bases.json");
        store = new LocalArtifactStore(directory.resolve("artifacts"));
    }

    @Test
    void namesTheBasesThatThereAre() throws Exception {
        add("other", "f".repeat(64));

        assertThat(reason())
                .contains("base \"wanted\" is not in the catalogue")
                .contains("which has \"other\"")
                .contains("loramill.serve.base");
    }

    @Test
    void saysThatTheCatalogueIsEmpty() {
        assertThat(reason()).contains("which has none");
    }

    @Test
    void saysThatTheCatalogueIsBroken() throws Exception {
        Files.writeString(catalogue, "{");

        assertThat(reason()).contains("is not a catalogue of base models");
    }

    @Test
    void saysThatTheFileIsMissing() throws Exception {
        add("wanted", "e".repeat(64));

        assertThat(reason()).contains("base \"wanted\" cannot be read").contains("e".repeat(64));
    }

    @Test
    void refusesADamagedFile() throws Exception {
        StoredArtifact file = put("any bytes");
        add("wanted", file.sha256());
        LocalArtifactStore writer = new LocalArtifactStore(directory.resolve("artifacts"));
        Files.writeString(writer.localPath(file.sha256()), "other bytes");

        assertThat(reason()).contains("is corrupt");
    }

    @Test
    void refusesAFileThatIsNoModel() throws Exception {
        add("wanted", put("no GGUF file").sha256());

        assertThat(reason())
                .contains("base \"wanted\" is not fit to be served")
                .contains("GGUF magic");
    }

    private StoredArtifact put(String text) throws Exception {
        return store.put(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private void add(String id, String sha256) throws Exception {
        BaseCatalogue.add(
                catalogue, new BaseModel(id, sha256, 1, "llama", "F32", "unknown", "test"));
    }

    private String reason() {
        EngineConfig config =
                new SmallRyeConfigBuilder()
                        .withMapping(EngineConfig.class)
                        .withDefaultValues(Map.of("loramill.serve.base", "wanted"))
                        .build()
                        .getConfigMapping(EngineConfig.class);
        EngineState state =
                new BaseLoader(catalogue, store, config, new SimpleMeterRegistry()).load();
        assertThat(state).isInstanceOf(EngineState.Waiting.class);
        return ((EngineState.Waiting) state).reason();
    }
}
