package dev.loramill.train.dataset;

/** Says within this service that datasets may have become ready to be frozen. */
public record DatasetsCleaned() {}
