package dev.loramill.llama.natives;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Hands out library files whose bytes were compared with their pins. */
public final class NativeFiles {
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
     * @throws NativesException if there is none for this platform, the jar is not on the class path
     *     or it holds another library
     */
    public static Path extractJavaLlama() {
        return extractJavaLlama(Platform.current());
    }

    static Path extractJavaLlama(Platform platform) {
        Platform.JarFile wanted =
                platform.jarFile()
                        .orElseThrow(() ->
                                new NativesException(
                                        "java-llama.cpp has no usable one for %s; fetch the current build by ./loramill natives fetch"
                                                .formatted(platform.label())));
        String resource = "/de/kherud/llama/" + wanted.path();
        try (InputStream in = NativeFiles.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new NativesException(
                        "\"%s\" of java-llama.cpp, which was asked for, is not on the class path; fetch the current build by ./loramill natives fetch"
                                .formatted(resource));
            }
            Path file = Files.createTempFile("loramill-jllama", wanted.suffix());
            boolean good = false;
            try {
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                String digest = PinnedFiles.sha256(file);
                if (!digest.equals(wanted.sha256())) {
                    throw new NativesException(
                            "\"%s\" has SHA-256 %s, pinned is %s; use de.kherud:llama:4.2.0"
                                    .formatted(resource, digest, wanted.sha256()));
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
