package dev.loramill.llama.natives;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/** Hands out library files whose bytes were compared with their pins. */
public final class NativeFiles {
    private static final Map<Platform, String> JAVA_LLAMA_DIGESTS =
            Map.of(
                    Platform.LINUX_X64,
                    "93276c536d00f037c37ed6ec1e55be9c828940f4a0af59af10a8f638a31bbc3c",
                    Platform.LINUX_ARM64,
                    "d852c1625b2dac90a974613a2f019ecabf0c5d7bc054dcc14a05246d5aa2a1a7");

    private NativeFiles() {}

    /**
     * Checks every library of a fetched build.
     *
     * @throws NativesException if one is missing, altered, or not of the pinned build
     */
    public static void check(NativesSource.FetchedBuild build) {
        try {
            List<String> differences =
                    PinnedFiles.of(Platform.current()).differences(build.directory());
            if (!differences.isEmpty()) {
                throw new NativesException(
                        "the llama.cpp build in \"%s\" is not the pinned %s: %s; remove the directory and fetch it again"
                                .formatted(
                                        build.directory(),
                                        Platform.current().npmPackage().specifier(),
                                        String.join(", ", differences)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes java-llama.cpp's library to a private file, which the caller deletes once it is
     * loaded.
     *
     * @throws NativesException if the jar is not on the class path or holds another library
     */
    public static Path extractJavaLlama() {
        Platform platform = Platform.current();
        String resource = "/de/kherud/llama/" + platform.javaLlamaFolder() + "/libjllama.so";
        try (InputStream in = NativeFiles.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new NativesException(
                        "no native llama.cpp library: none is fetched, and \"%s\" of java-llama.cpp is not on the class path"
                                .formatted(resource));
            }
            Path file = Files.createTempFile("loramill-jllama", ".so");
            boolean good = false;
            try {
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                String digest = PinnedFiles.sha256(file);
                String pinned = JAVA_LLAMA_DIGESTS.get(platform);
                if (!digest.equals(pinned)) {
                    throw new NativesException(
                            "\"%s\" has SHA-256 %s, pinned is %s; use de.kherud:llama:4.2.0"
                                    .formatted(resource, digest, pinned));
                }
                good = true;
                return file;
            } finally {
                if (!good) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
