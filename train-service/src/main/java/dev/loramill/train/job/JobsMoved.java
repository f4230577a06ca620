package dev.loramill.train.job;

/** Says within this service that jobs were created, queued or ended. */
public record JobsMoved() {}
