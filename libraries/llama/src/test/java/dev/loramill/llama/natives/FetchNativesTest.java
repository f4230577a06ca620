package dev.loramill.llama.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FetchNativesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private final StringWriter printed = new StringWriter();

    private FetchNatives fetch(List<String> npm) {
        return new FetchNatives(
                Platform.LINUX_X64, folder.resolve("home"), new PrintWriter(printed, true), npm);
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("home"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private Path archive(Map<String, String> files) throws IOException {
        Path path = folder.resolve("a.tgz");
        try (OutputStream out = Files.newOutputStream(path);
                TarArchiveOutputStream tar =
                        new TarArchiveOutputStream(new GZIPOutputStream(out))) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                byte[] bytes = file.getValue().getBytes(StandardCharsets.UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
                entry.setSize(bytes.length);
                tar.putArchiveEntry(entry);
                tar.write(bytes);
                tar.closeArchiveEntry();
            }
        }
        return path;
    }

    @Test
    void refusesAnArchiveWithAnotherDigest() throws IOException {
        Path archive = archive(Map.of("package/bins/linux-x64/libggml-base.so", "evil"));
        assertThatThrownBy(() -> fetch(List.of("npm")).fetch(archive))
                .isInstanceOf(NativesException.class)
                .hasMessageContaining("@node-llama-cpp/linux-x64@3.22.1 has the digest sha512-")
                .hasMessageContaining("pinned is sha512-5uCCDNqW");
        assertThat(left()).isEmpty();
    }

    @Test
    void saysThatNpmIsMissing() throws IOException {
        assertThatThrownBy(() -> fetch(List.of("no-such-npm")).fetch(null))
                .isInstanceOf(NativesException.class)
                .hasMessageContaining("npm is needed to fetch @node-llama-cpp/linux-x64@3.22.1");
        assertThat(left()).isEmpty();
    }

    @Test
    void hasNpmPackIntoTheHomeAlsoWhenItsPathIsRelative() throws IOException {
        Path here = Path.of("").toAbsolutePath();
        List<String> telling = List.of("sh", "-c", "echo \"$@\" >&2; exit 7", "npm");
        FetchNatives fetch =
                new FetchNatives(
                        Platform.LINUX_X64,
                        here.relativize(folder.resolve("home")),
                        new PrintWriter(printed, true),
                        telling);
        assertThatThrownBy(() -> fetch.fetch(null))
                .hasMessageContaining("--pack-destination " + here);
    }

    @Test
    void passesOnWhyNpmFailed() throws IOException {
        List<String> failing = List.of("sh", "-c", "echo no network >&2; exit 7");
        assertThatThrownBy(() -> fetch(failing).fetch(null))
                .isInstanceOf(NativesException.class)
                .hasMessageContaining("ended with code 7: no network");
        assertThat(left()).isEmpty();
    }

    @Test
    void unpacksOnlyWhatIsWanted() throws IOException {
        Path archive =
                archive(
                        Map.of(
                                "package/bins/linux-x64/libggml-base.so", "wanted",
                                "package/bins/linux-x64/llama-addon.node", "unwanted",
                                "package/../../libllama.v0.5.0.so", "stays inside",
                                "package/LICENSE", "licence"));
        Path target = Files.createDirectory(folder.resolve("target"));
        new NpmArchive(archive).unpack(PinnedFiles.of(Platform.LINUX_X64), target);
        try (Stream<Path> files = Files.list(target)) {
            assertThat(files.map(file -> target.relativize(file).toString()))
                    .containsExactlyInAnyOrder(
                            "libggml-base.so", "libllama.v0.5.0.so", "LICENSE.node-llama-cpp.txt");
        }
        assertThat(target.resolve("libggml-base.so")).hasContent("wanted");
    }

    @Test
    void unpacksLibrariesOfOtherPlatforms() throws IOException {
        Path archive =
                archive(
                        Map.of(
                                "package/bins/win-arm64/ggml-base.dll", "wanted",
                                "package/bins/win-arm64/llama-common.dll", "unwanted"));
        Path target = Files.createDirectory(folder.resolve("target"));
        PinnedFiles pinned = PinnedFiles.of(Platform.WIN_ARM64);
        new NpmArchive(archive).unpack(pinned, target);
        assertThat(target.resolve("ggml-base.dll")).hasContent("wanted");
        assertThat(target.resolve("llama-common.dll")).doesNotExist();
        assertThat(pinned.differences(target))
                .anyMatch(text -> text.startsWith("\"ggml-base.dll\" has SHA-256"))
                .contains("\"llama.v0.4.0.dll\" is missing");
    }
}
