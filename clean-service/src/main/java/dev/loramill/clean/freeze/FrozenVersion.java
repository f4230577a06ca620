package dev.loramill.clean.freeze;

import dev.loramill.events.ArtifactReference;
import java.time.Instant;

/**
 * A frozen version, as it is listed.
 *
 * @param version SHA-256 of its manifest
 * @param datasetId dataset that it was frozen from
 * @param manifest the manifest in the artifact store
 * @param baseId base whose tokenizer counted
 * @param trainRows rows to train on
 * @param evalRows rows held out
 * @param trainSha256 artifact of the rows to train on
 * @param evalSha256 artifact of the rows held out
 * @param createdAt when it was first frozen
 */
record FrozenVersion(
        String version,
        String datasetId,
        ArtifactReference manifest,
        String baseId,
        long trainRows,
        long evalRows,
        String trainSha256,
        String evalSha256,
        Instant createdAt) {}
