package dev.loramill.llama.natives;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** An operating system and processor that llama.cpp builds are pinned for. */
public enum Platform {
    /** Linux with glibc on x86-64. */
    LINUX_X64(
            "linux-x64",
            "Linux/x86_64",
            "sha512-5uCCDNqWCNfaAm8aR/Uzxbo4HBpKgNF91kCHPepKhgMgV2OAmatoefbOlMihsqCiH2Od35E/eUHQCFbfRBJuOg=="),
    /** Linux with glibc on 64-bit ARM. */
    LINUX_ARM64(
            "linux-arm64",
            "Linux/aarch64",
            "sha512-W+7naKCXX9/eEjjFmRS8vvx91QyLXDbeFxexZc3bh/PtQABZgmRL3C0AtYYXn4YGTj/3Qor4lWZn2tpjZFPLdQ==");

    private final String label;
    private final String javaLlamaFolder;
    private final String integrity;

    Platform(String label, String javaLlamaFolder, String integrity) {
        this.label = label;
        this.javaLlamaFolder = javaLlamaFolder;
        this.integrity = integrity;
    }

    /** The platform's name in paths and packages, such as {@code linux-x64}. */
    public String label() {
        return label;
    }

    /** The folder of java-llama.cpp's jar that holds this platform's library. */
    String javaLlamaFolder() {
        return javaLlamaFolder;
    }

    /** The npm package of the current build. */
    NpmPackage npmPackage() {
        return new NpmPackage("@node-llama-cpp/" + label, "3.22.1", integrity);
    }

    /**
     * The platform this process runs on.
     *
     * @throws UnsupportedPlatformException if no build is pinned for it
     */
    public static Platform current() {
        String osName = String.valueOf(System.getProperty("os.name"));
        String osArch = String.valueOf(System.getProperty("os.arch"));
        return of(osName, osArch)
                .orElseThrow(() -> new UnsupportedPlatformException(osName, osArch, supported()));
    }

    static Optional<Platform> of(String osName, String osArch) {
        if (!osName.toLowerCase(Locale.ROOT).startsWith("linux")) {
            return Optional.empty();
        }
        return switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> Optional.of(LINUX_X64);
            case "aarch64", "arm64" -> Optional.of(LINUX_ARM64);
            default -> Optional.empty();
        };
    }

    static String supported() {
        return Arrays.stream(values()).map(Platform::label).collect(Collectors.joining(", "));
    }
}
