package dev.loramill.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaseCatalogueTest {
    @TempDir Path directory;

    @Test
    void aMissingFileIsAnEmptyCatalogue() throws IOException {
        assertThat(BaseCatalogue.read(directory.resolve("bases.json")).all()).isEmpty();
    }

    @Test
    void seesABaseThatIsAddedLater() throws IOException {
        Path json = directory.resolve("new/bases.json");
        BaseCatalogue catalogue = BaseCatalogue.read(json);
        BaseModel base = base("tiny", "a");

        BaseCatalogue.add(json, base);

        assertThat(catalogue.find("tiny")).contains(base);
        assertThat(catalogue.find("huge")).isEmpty();
    }

    @Test
    void aBaseOfTheSameIdIsReplaced() throws IOException {
        Path json = directory.resolve("bases.json");
        BaseCatalogue.add(json, base("tiny", "a"));
        BaseCatalogue.add(json, base("small", "b"));
        BaseCatalogue.add(json, base("tiny", "c"));

        assertThat(BaseCatalogue.read(json).all())
                .containsExactly(base("small", "b"), base("tiny", "c"));
    }

    @Test
    void basesAddedAtTheSameTimeAreAllKept() throws Exception {
        Path json = directory.resolve("bases.json");
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> added = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                BaseModel base = base("base-" + i, "a");
                added.add(
                        threads.submit(() -> {
                            BaseCatalogue.add(json, base);
                            return base;
                        }));
            }
            for (Future<?> base : added) {
                base.get();
            }
        }

        assertThat(BaseCatalogue.read(json).all()).hasSize(20);
    }

    @Test
    void aFileThatIsNoCatalogueIsNamed() throws IOException {
        Path json = Files.writeString(directory.resolve("bases.json"), "[1, 2]");

        assertThatThrownBy(() -> BaseCatalogue.read(json))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bases.json")
                .hasMessageContaining("is not a catalogue of base models");
        assertThatThrownBy(() -> BaseCatalogue.add(json, base("tiny", "a")))
                .isInstanceOf(IOException.class);
        assertThat(json).hasContent("[1, 2]");
    }

    @Test
    void anIdThatCannotStandInAModelNameIsRefused() {
        assertThatThrownBy(() -> base("Tiny Model", "a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"Tiny Model\"");
    }

    private static BaseModel base(String id, String digit) {
        return new BaseModel(
                id, digit.repeat(64), 7, "llama", "Q4_1", "Apache-2.0", "a test of the catalogue");
    }
}
