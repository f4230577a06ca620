package dev.loramill.llama.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
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

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private FetchNatives fetch(List<String> npm) {
        return new FetchNatives(
                Platform.LINUX_X64,
                folder.resolve("home"),
                new PrintStream(printed, true, StandardCharsets.UTF_8),
                npm);
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
    void refusesUnknownArguments() {
        PrintStream stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
        assertThat(FetchNatives.run(new String[] {"--what"}, stream, stream)).isEqualTo(2);
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("usage");
    }

    @Test
    void endsWithOneAndNamesTheFallback() throws IOException {
        Path archive = archive(Map.of("package/x", "y"));
        PrintStream stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
        String home = folder.resolve("home").toString();
        String[] arguments = {"--home", home, "--archive", archive.toString()};
        assertThat(FetchNatives.run(arguments, stream, stream)).isEqualTo(1);
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("java-llama.cpp from the class path is used instead");
    }
}
