package dev.loramill.train.gate;

import dev.loramill.events.AdapterEvaluation;
import dev.loramill.events.ArtifactReference;

/**
 * What the gate is shown.
 *
 * @param evaluation what was measured of base and adapter
 * @param evalRows rows that were to be measured on
 * @param probeCount questions that were to be asked
 */
public record Measurement(
        AdapterEvaluation evaluation, ArtifactReference evalRows, int probeCount) {}
