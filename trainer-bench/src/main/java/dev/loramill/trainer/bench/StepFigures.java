package dev.loramill.trainer.bench;

import java.util.Map;

/**
 * One measured step.
 *
 * @param loss before the step, in nats a token
 * @param tokens real ones, without padding
 * @param seconds it took
 * @param partSeconds of those by part of the work; empty where the side does not tell
 */
record StepFigures(double loss, long tokens, double seconds, Map<String, Double> partSeconds) {
    double tokensPerSecond() {
        return tokens / seconds;
    }
}
