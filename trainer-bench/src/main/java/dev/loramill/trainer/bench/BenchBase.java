package dev.loramill.trainer.bench;

import dev.loramill.artifacts.BaseCatalogue;
import dev.loramill.artifacts.BaseModel;
import dev.loramill.artifacts.LocalArtifactStore;
import dev.loramill.llama.gguf.GgmlType;
import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.trainer.job.InvalidJobException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The base that is measured: the file that was named, else the real model where it lies in the
 * catalogue, else one of its shape with random weights.
 *
 * @param path GGUF file
 * @param description which of the three it is, for people
 */
record BenchBase(Path path, String description) {
    private static final String REAL_BASE = "smollm2-135m-instruct";

    /**
     * Finds or makes the base.
     *
     * @param named file that was asked for, or null
     * @param environment where LORAMILL_HOME names the folder of catalogue and artifacts
     * @param directory takes a base that must be made
     */
    static BenchBase of(@Nullable Path named, Map<String, String> environment, Path directory)
            throws IOException {
        if (named != null) {
            if (!Files.isReadable(named)) {
                throw new InvalidJobException("--base \"" + named + "\" cannot be read");
            }
            return new BenchBase(named, named.toString());
        }
        Optional<Path> real = inCatalogue(environment.get("LORAMILL_HOME"));
        if (real.isPresent()) {
            return new BenchBase(real.get(), REAL_BASE + " from the catalogue");
        }
        Path made = directory.resolve("random.gguf");
        ofSmolShape().write(made);
        return new BenchBase(made, "random weights in SmolLM2-135M's shape (Q8_0)");
    }

    private static Optional<Path> inCatalogue(@Nullable String home) throws IOException {
        if (home == null || !Files.exists(Path.of(home, "bases.json"))) {
            return Optional.empty();
        }
        Optional<BaseModel> base = BaseCatalogue.read(Path.of(home, "bases.json")).find(REAL_BASE);
        LocalArtifactStore store = new LocalArtifactStore(Path.of(home, "artifacts"));
        if (base.isEmpty() || !store.contains(base.get().sha256())) {
            return Optional.empty();
        }
        return Optional.of(store.localPath(base.get().sha256()));
    }

    private static TinyLlama ofSmolShape() {
        return new TinyLlama(
                "llama",
                42,
                49_152,
                30,
                576,
                9,
                3,
                1536,
                2048,
                true,
                false,
                GgmlType.Q8_0,
                GgmlType.Q8_0);
    }
}
