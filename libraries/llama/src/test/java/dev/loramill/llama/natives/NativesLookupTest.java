package dev.loramill.llama.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NativesLookupTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private Path build(String path) throws IOException {
        Path directory = Files.createDirectories(folder.resolve(path));
        Files.createFile(directory.resolve(Platform.current().files().base()));
        return directory;
    }

    private static String label() {
        return Platform.current().label();
    }

    @Test
    void takesTheDirectoryThatIsNamed() throws IOException {
        Path named = build("named");
        build(".loramill/natives/" + label());
        assertThat(NativesLookup.find(named.toString(), null, null, folder))
                .isEqualTo(new NativesSource.FetchedBuild(named));
    }

    @Test
    void refusesANamedDirectoryWithoutABuild() {
        assertThatThrownBy(() -> NativesLookup.find(folder.toString(), null, null, folder))
                .isInstanceOf(NativesException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining(NativesLookup.VARIABLE);
    }

    @Test
    void findsTheFetchedBuildFromADeeperDirectory() throws IOException {
        Path fetched = build(".loramill/natives/" + label());
        Path deep = Files.createDirectories(folder.resolve("a/b/c"));
        assertThat(NativesLookup.find(null, null, null, deep))
                .isEqualTo(new NativesSource.FetchedBuild(fetched));
    }

    @Test
    void prefersTheHomeThatIsNamed() throws IOException {
        build(".loramill/natives/" + label());
        Path fetched = build("home/natives/" + label());
        assertThat(NativesLookup.find(null, folder.resolve("home").toString(), "classpath", folder))
                .isEqualTo(new NativesSource.FetchedBuild(fetched));
    }

    @Test
    void takesTheOlderLibraryOnlyWhereItIsNamed() throws IOException {
        build(".loramill/natives/" + label());
        String empty = folder.resolve("empty").toString();

        assertThat(NativesLookup.find(NativesLookup.CLASS_PATH, null, null, folder))
                .isEqualTo(new NativesSource.JavaLlamaJar());
        assertThat(NativesLookup.find(null, empty, NativesLookup.CLASS_PATH, folder))
                .isEqualTo(new NativesSource.JavaLlamaJar());
        assertThatThrownBy(() -> NativesLookup.find(null, empty, null, folder))
                .isInstanceOf(NativesException.class)
                .hasMessageContainingAll(
                        empty,
                        "no current build was fetched",
                        "./loramill natives fetch",
                        "LORAMILL_LLAMA_NATIVES=classpath");
    }

    @Test
    void refusesAFallbackThatIsNone() {
        assertThatThrownBy(() -> NativesLookup.find(null, null, "newest", folder))
                .isInstanceOf(NativesException.class)
                .hasMessageContainingAll(NativesLookup.FALLBACK_VARIABLE, "\"newest\"");
    }

    @Test
    void knowsThePlatformsThatABuildIsPinnedFor() {
        assertThat(Platform.of("Linux", "amd64")).contains(Platform.LINUX_X64);
        assertThat(Platform.of("Linux", "aarch64")).contains(Platform.LINUX_ARM64);
        assertThat(Platform.of("Mac OS X", "aarch64")).contains(Platform.MAC_ARM64);
        assertThat(Platform.of("Mac OS X", "x86_64")).contains(Platform.MAC_X64);
        assertThat(Platform.of("Windows 11", "amd64")).contains(Platform.WIN_X64);
        assertThat(Platform.of("Windows 11", "aarch64")).contains(Platform.WIN_ARM64);
        assertThat(Platform.of("Linux", "riscv64")).isEmpty();
        assertThat(Platform.of("FreeBSD", "amd64")).isEmpty();
        assertThat(Platform.supported())
                .isEqualTo("linux-x64, linux-arm64, mac-arm64, mac-x64, win-x64, win-arm64");
    }

    @ParameterizedTest
    @EnumSource
    void pinsTheLibrariesThatItLoads(Platform platform) {
        Platform.BuildFiles files = platform.files();
        assertThat(PinnedFiles.of(platform).names())
                .contains(files.base(), files.ggml(), files.llama());
        assertThat(PinnedFiles.of(platform).names()).anyMatch(name -> name.contains("ggml-cpu"));
    }

    @ParameterizedTest
    @EnumSource
    void takesJavaLlamaWhereItExportsTheApi(Platform platform) throws IOException {
        if (platform.jarFile().isEmpty()) {
            assertThatThrownBy(() -> NativeFiles.extractJavaLlama(platform))
                    .isInstanceOf(NativesException.class)
                    .hasMessageContaining(
                            "java-llama.cpp has no usable one for " + platform.label());
            return;
        }
        Path file = NativeFiles.extractJavaLlama(platform);
        assertThat(file).isNotEmptyFile();
        Files.delete(file);
    }

    @Test
    void refusesABuildWhoseFilesAreNotThePinnedOnes() throws IOException {
        NativesSource.FetchedBuild build = new NativesSource.FetchedBuild(build("x"));
        Files.createFile(build.directory().resolve("libevil.so"));
        Files.createFile(build.directory().resolve("evil.dll"));
        assertThatThrownBy(() -> NativeFiles.check(build))
                .isInstanceOf(NativesException.class)
                .hasMessageContaining("\"libggml-base.so\" has SHA-256 e3b0c442")
                .hasMessageContaining("is missing")
                .hasMessageContaining("\"evil.dll\" is not of the pinned build")
                .hasMessageContaining("\"libevil.so\" is not of the pinned build")
                .hasMessageContaining("fetch it again");
    }
}
