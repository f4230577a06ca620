package dev.loramill.train.job;

/**
 * Says within this service that jobs were queued or ended; to be fired in the transaction that does
 * it, and heard once it has committed.
 */
public record JobsChanged() {}
