package dev.loramill.train.specification;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.train.stack.Manifests;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrozenVersionsTest {
    @TempDir private Path directory;
    private LocalArtifactStore artifacts;
    private FrozenVersions versions;

    @BeforeEach
    void open() {
        artifacts = new LocalArtifactStore(directory);
        versions = new FrozenVersions(artifacts);
    }

    @Test
    void versionIsFoundByTheDigestOfItsManifest() throws Exception {
        String digest = store(Manifests.of("tiny", 27, 3).bytes());

        assertThat(versions.find(digest))
                .contains(new FrozenVersion(digest, Manifests.of("tiny", 27, 3)));
        assertThat(versions.find("a".repeat(64))).isEmpty();
    }

    @Test
    void artifactThatIsNoManifestIsNamed() throws IOException {
        String rows = store("{\"messages\":[]}".getBytes(UTF_8));
        String noise = store("GGUF".getBytes(UTF_8));

        assertThatThrownBy(() -> versions.find(rows))
                .isInstanceOf(UnusableVersionException.class)
                .hasMessageStartingWith("\"%s\" is not a dataset version: ".formatted(rows));
        assertThatThrownBy(() -> versions.find(noise)).isInstanceOf(UnusableVersionException.class);
    }

    private String store(byte[] content) throws IOException {
        return artifacts.put(new ByteArrayInputStream(content)).sha256();
    }
}
