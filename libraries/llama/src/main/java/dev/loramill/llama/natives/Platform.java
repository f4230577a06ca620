package dev.loramill.llama.natives;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An operating system and processor that llama.cpp builds are pinned for. */
public enum Platform {
    /** Linux with glibc on x86-64; the one that Loramill's own tests run on. */
    LINUX_X64(
            "linux-x64",
            new NpmPackage(
                    "@node-llama-cpp/linux-x64",
                    "3.22.1",
                    "sha512-5uCCDNqWCNfaAm8aR/Uzxbo4HBpKgNF91kCHPepKhgMgV2OAmatoefbOlMihsqCiH2Od35E/eUHQCFbfRBJuOg=="),
            new BuildFiles("libggml-base.so", "libggml.v0.5.0.so", "libllama.v0.5.0.so"),
            new JarFile(
                    "Linux/x86_64/libjllama.so",
                    "93276c536d00f037c37ed6ec1e55be9c828940f4a0af59af10a8f638a31bbc3c")),

    /** Linux with glibc on 64-bit ARM. */
    LINUX_ARM64(
            "linux-arm64",
            new NpmPackage(
                    "@node-llama-cpp/linux-arm64",
                    "3.22.1",
                    "sha512-W+7naKCXX9/eEjjFmRS8vvx91QyLXDbeFxexZc3bh/PtQABZgmRL3C0AtYYXn4YGTj/3Qor4lWZn2tpjZFPLdQ=="),
            new BuildFiles("libggml-base.so", "libggml.v0.5.0.so", "libllama.v0.5.0.so"),
            new JarFile(
                    "Linux/aarch64/libjllama.so",
                    "d852c1625b2dac90a974613a2f019ecabf0c5d7bc054dcc14a05246d5aa2a1a7")),

    /** macOS on Apple silicon, with Metal. */
    MAC_ARM64(
            "mac-arm64",
            new NpmPackage(
                    "@node-llama-cpp/mac-arm64-metal",
                    "3.21.1",
                    "sha512-6MIDAZV7DXD9R1+jEXWJkFuolni3GATGE6mmuyFYc6ZmtOh9djAy15df0T0AXK3sCmVKL+fQcOAWZezxx4MvQQ=="),
            new BuildFiles(
                    "libggml-base.dylib",
                    "libggml.metal.v0.4.0.dylib",
                    "libllama.metal.v0.4.0.dylib"),
            new JarFile(
                    "Mac/aarch64/libjllama.dylib",
                    "7ba2311dc634e24b572512a2279357327511ad3d77dea032a77feab77c14d341")),

    /** macOS on x86-64. */
    MAC_X64(
            "mac-x64",
            new NpmPackage(
                    "@node-llama-cpp/mac-x64",
                    "3.21.1",
                    "sha512-Q4nyNmbcNiKygBZQZjX+qLk2w3YzoiFpLWsxNURQN7xjyUi2p2rWxjRa7Otg0FrjGf/ri4aQ+X3Uj5Y0zD06eg=="),
            new BuildFiles("libggml-base.dylib", "libggml.v0.4.0.dylib", "libllama.v0.4.0.dylib"),
            new JarFile(
                    "Mac/x86_64/libjllama.dylib",
                    "02ec1b3570cde80e5fbfc3ba56b5de68ffef2a26e7b470a89547a80e87120e81")),

    /** Windows on x86-64; java-llama.cpp's library there hides the C API. */
    WIN_X64(
            "win-x64",
            new NpmPackage(
                    "@node-llama-cpp/win-x64",
                    "3.21.1",
                    "sha512-JcIpCnra7bAd7JNWA8ehdn2DIRaTMuj+fBC8bw+5rKSNzszWFbuj2XA05c5QHovonDMBLN1ePXE/hcfZtzXoUQ=="),
            new BuildFiles("ggml-base.dll", "ggml.v0.4.0.dll", "llama.v0.4.0.dll"),
            null),

    /** Windows on 64-bit ARM, which java-llama.cpp has no library for. */
    WIN_ARM64(
            "win-arm64",
            new NpmPackage(
                    "@node-llama-cpp/win-arm64",
                    "3.21.1",
                    "sha512-/UDR7Y0B8iKfc/tqxBmWkcgRdZQ9Wrkwod7fYl4J6iZXcTIj286RkHvZSED7VMY67TrcUXVvxJVMNFtmjeYnDg=="),
            new BuildFiles("ggml-base.dll", "ggml.v0.4.0.dll", "llama.v0.4.0.dll"),
            null);

    /**
     * File names of a current build, in the order in which they are loaded.
     *
     * @param base what the others are built on
     * @param ggml finds and loads the backends for this processor
     * @param llama llama.cpp itself
     */
    public record BuildFiles(String base, String ggml, String llama) {}

    /**
     * A library inside java-llama.cpp's jar that exports llama.cpp's C API.
     *
     * @param path below the jar's folder of libraries
     * @param sha256 its pin
     */
    record JarFile(String path, String sha256) {
        String suffix() {
            return path.substring(path.lastIndexOf('.'));
        }
    }

    private final String label;
    private final NpmPackage npmPackage;
    private final BuildFiles files;
    private final @Nullable JarFile jarFile;

    Platform(String label, NpmPackage npmPackage, BuildFiles files, @Nullable JarFile jarFile) {
        this.label = label;
        this.npmPackage = npmPackage;
        this.files = files;
        this.jarFile = jarFile;
    }

    /** The platform's name in paths and commands, such as {@code linux-x64}. */
    public String label() {
        return label;
    }

    /** The libraries of the current build. */
    public BuildFiles files() {
        return files;
    }

    /** Whether Loramill was run on it; on the others nothing but the files was checked. */
    public boolean isTried() {
        return this == LINUX_X64;
    }

    /** Whether java-llama.cpp has a library for it that can be used. */
    public boolean hasJavaLlama() {
        return jarFile != null;
    }

    /** The library of java-llama.cpp, where it can be used. */
    Optional<JarFile> jarFile() {
        return Optional.ofNullable(jarFile);
    }

    /** The npm package of the current build. */
    NpmPackage npmPackage() {
        return npmPackage;
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

    /** The platform of a name such as {@code linux-x64}. */
    public static Optional<Platform> ofLabel(String label) {
        return Arrays.stream(values()).filter(known -> known.label.equals(label)).findFirst();
    }

    static Optional<Platform> of(String osName, String osArch) {
        String name = osName.toLowerCase(Locale.ROOT);
        String system =
                name.startsWith("linux")
                        ? "linux"
                        : name.startsWith("mac") ? "mac" : name.startsWith("windows") ? "win" : "";
        String processor =
                switch (osArch.toLowerCase(Locale.ROOT)) {
                    case "amd64", "x86_64" -> "x64";
                    case "aarch64", "arm64" -> "arm64";
                    default -> "";
                };
        return ofLabel(system + "-" + processor);
    }

    /** The names of all platforms. */
    public static String supported() {
        return Arrays.stream(values()).map(Platform::label).collect(Collectors.joining(", "));
    }
}
