package dev.loramill.train.job;

import dev.loramill.events.ArtifactReference;

/**
 * Where another attempt can go on.
 *
 * @param step optimizer step that it holds
 * @param artifact the checkpoint
 */
public record ResumePoint(int step, ArtifactReference artifact) {}
