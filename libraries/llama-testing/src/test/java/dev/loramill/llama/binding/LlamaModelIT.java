package dev.loramill.llama.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.llama.natives.NativesSource;
import dev.loramill.llama.tiny.TinyLlama;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LlamaModelIT {
    private static final String LIBRARIES = "dev.loramill.llama.binding.TestLibraries#all";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void knowsTheSizesOfTheModel(LlamaLibrary library) throws IOException {
        TinyLlama tiny = TinyLlama.standard();
        Path base = tiny.write(folder.resolve("base.gguf"));
        try (LlamaModel model = LlamaModel.load(library, base, LlamaModelOptions.defaults())) {
            assertThat(model.hyperparameters()).isEqualTo(tiny.hyperparameters());
            assertThat(model.contextLength()).isEqualTo(tiny.contextLength());
            assertThat(model.embeddingLength()).isEqualTo(tiny.embeddingLength());
            assertThat(model.blockCount()).isEqualTo(tiny.blockCount());
            assertThat(model.parameterCount()).isBetween(100_000L, 200_000L);
            assertThat(model.sizeBytes()).isEqualTo(4 * model.parameterCount());
            assertThat(model.typesWithoutAdapters()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void refusesAFileThatIsNoSoundBase(LlamaLibrary library) throws IOException {
        Path whole = TinyLlama.standard().write(folder.resolve("base.gguf"));
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = folder.resolve("cut.gguf");
        Files.write(cut, java.util.Arrays.copyOf(bytes, bytes.length - 1000));
        assertThatThrownBy(() -> LlamaModel.load(library, cut, LlamaModelOptions.vocabularyAlone()))
                .isInstanceOf(RefusedFileException.class)
                .hasMessageStartingWith("the base \"cut.gguf\" is refused: format: ")
                .hasMessageContaining("is it truncated?");
    }

    @ParameterizedTest
    @MethodSource(LIBRARIES)
    void saysWhichFileIsMissing(LlamaLibrary library) {
        Path missing = folder.resolve("none.gguf");
        assertThatThrownBy(() -> LlamaModel.load(library, missing, LlamaModelOptions.defaults()))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("none.gguf");
    }

    @Test
    void givesTheReasonThatTheLibraryLogged() throws IOException {
        // This library was built before qwen3 was known.
        LlamaLibrary old = LlamaLibrary.load(new NativesSource.JavaLlamaJar());
        Path base = TinyLlama.standard().withArchitecture("qwen3").write(folder.resolve("q.gguf"));
        assertThatThrownBy(() -> LlamaModel.load(old, base, LlamaModelOptions.defaults()))
                .isInstanceOf(NativeCallException.class)
                .hasMessageContaining("llama_model_load_from_file failed with code 0")
                .hasMessageContaining("unknown model architecture: 'qwen3'");
    }
}
