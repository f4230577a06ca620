package dev.loramill.llama.natives;

/** No native library is pinned for this operating system and processor. */
public final class UnsupportedPlatformException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsupportedPlatformException(String osName, String osArch, String supported) {
        super(
                "no llama.cpp build is pinned for os \"%s\" on processor \"%s\"; supported: %s"
                        .formatted(osName, osArch, supported));
    }
}
