package dev.loramill.events;

/**
 * Every row of a sealed dataset has its outcome; the dataset can be frozen.
 *
 * @param datasetId id of the dataset
 * @param name name given by the person who opened it
 * @param recipe recipe that its rows were cleaned with
 * @param counts the ledger
 */
public record DatasetCleaned(
        String datasetId, String name, RecipeReference recipe, RowCounts counts)
        implements DatasetEvent {
    public DatasetCleaned {
        Check.id("datasetId", datasetId);
        Check.name("name", name);
    }
}
