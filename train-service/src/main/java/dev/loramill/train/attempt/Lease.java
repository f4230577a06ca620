package dev.loramill.train.attempt;

import dev.loramill.events.AttemptReference;
import java.time.Instant;

/**
 * The lease of an attempt that is not over.
 *
 * @param attempt the attempt
 * @param lastSign when its worker last gave a sign of working on it, or was given it
 * @param lastProgress when it last moved on, or was given out
 */
public record Lease(AttemptReference attempt, Instant lastSign, Instant lastProgress) {}
