package dev.loramill.llama.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativesLookupTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private Path build(String path) throws IOException {
        Path directory = Files.createDirectories(folder.resolve(path));
        Files.createFile(directory.resolve("libggml-base.so"));
        return directory;
    }

    private static String label() {
        return Platform.current().label();
    }

    @Test
    void takesTheDirectoryThatIsNamed() throws IOException {
        Path named = build("named");
        build(".loramill/natives/" + label());
        assertThat(NativesLookup.find(named.toString(), null, folder))
                .isEqualTo(new NativesSource.FetchedBuild(named));
    }

    @Test
    void refusesANamedDirectoryWithoutABuild() {
        assertThatThrownBy(() -> NativesLookup.find(folder.toString(), null, folder))
                .isInstanceOf(NativesException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining(NativesLookup.VARIABLE);
    }

    @Test
    void findsTheFetchedBuildFromADeeperDirectory() throws IOException {
        Path fetched = build(".loramill/natives/" + label());
        Path deep = Files.createDirectories(folder.resolve("a/b/c"));
        assertThat(NativesLookup.find(null, null, deep))
                .isEqualTo(new NativesSource.FetchedBuild(fetched));
    }

    @Test
    void prefersTheHomeThatIsNamed() throws IOException {
        build(".loramill/natives/" + label());
        Path fetched = build("home/natives/" + label());
        assertThat(NativesLookup.find(null, folder.resolve("home").toString(), folder))
                .isEqualTo(new NativesSource.FetchedBuild(fetched));
    }

    @Test
    void fallsBackToTheClassPath() throws IOException {
        build(".loramill/natives/" + label());
        assertThat(NativesLookup.find(null, folder.resolve("empty").toString(), folder))
                .isEqualTo(new NativesSource.JavaLlamaJar());
        assertThat(NativesLookup.find(NativesLookup.CLASS_PATH, null, folder))
                .isEqualTo(new NativesSource.JavaLlamaJar());
    }

    @Test
    void namesWhatIsSupported() {
        assertThat(Platform.of("Linux", "amd64")).contains(Platform.LINUX_X64);
        assertThat(Platform.of("Linux", "aarch64")).contains(Platform.LINUX_ARM64);
        assertThat(Platform.of("Mac OS X", "aarch64")).isEmpty();
        assertThat(Platform.of("Linux", "riscv64")).isEmpty();
        assertThat(Platform.supported()).isEqualTo("linux-x64, linux-arm64");
    }

    @Test
    void refusesABuildWhoseFilesAreNotThePinnedOnes() throws IOException {
        NativesSource.FetchedBuild build = new NativesSource.FetchedBuild(build("x"));
        Files.createFile(build.directory().resolve("libevil.so"));
        assertThatThrownBy(() -> NativeFiles.check(build))
                .isInstanceOf(NativesException.class)
                .hasMessageContaining("\"libggml-base.so\" has SHA-256 e3b0c442")
                .hasMessageContaining("is missing")
                .hasMessageContaining("\"libevil.so\" is not of the pinned build")
                .hasMessageContaining("fetch it again");
    }
}
