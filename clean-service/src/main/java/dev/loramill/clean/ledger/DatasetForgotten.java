package dev.loramill.clean.ledger;

/**
 * A dataset was deleted; fired in the transaction that deletes its ledger, and again whenever
 * something of it comes late.
 *
 * @param datasetId id of the dataset
 */
public record DatasetForgotten(String datasetId) {}
