package dev.loramill.llama.natives;

/**
 * An npm package pinned by the digest of its archive.
 *
 * @param name such as {@code @node-llama-cpp/linux-x64}
 * @param version exact version
 * @param integrity {@code sha512-} and the Base64 digest of the archive
 */
record NpmPackage(String name, String version, String integrity) {
    /** The name and version as npm takes them. */
    String specifier() {
        return name + "@" + version;
    }
}
