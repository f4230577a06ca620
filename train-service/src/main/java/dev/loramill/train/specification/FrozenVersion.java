package dev.loramill.train.specification;

import dev.loramill.events.DatasetManifest;

/**
 * A frozen version.
 *
 * @param digest SHA-256 of its manifest; names it
 * @param manifest what it holds
 */
public record FrozenVersion(String digest, DatasetManifest manifest) {
    /** Number of rows to train on. */
    public long trainRows() {
        return manifest.train().rows();
    }

    /** Number of rows held out. */
    public long evalRows() {
        return manifest.eval().rows();
    }
}
