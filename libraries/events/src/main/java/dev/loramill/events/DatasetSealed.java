package dev.loramill.events;

/**
 * A dataset takes no more rows; all that it took stand on the row topics.
 *
 * @param datasetId id of the dataset
 * @param name name given by the person who opened it
 * @param recipe recipe that its rows are cleaned with
 * @param rowCount rows that came to the door: published to {@code rows.received} or refused there
 * @param refusedCount rows among them that were refused at the door
 */
public record DatasetSealed(
        String datasetId, String name, RecipeReference recipe, long rowCount, long refusedCount)
        implements DatasetEvent {
    public DatasetSealed {
        Check.id("datasetId", datasetId);
        Check.name("name", name);
        Check.notNegative("rowCount", rowCount);
        Check.notNegative("refusedCount", refusedCount);
        if (refusedCount > rowCount) {
            throw new IllegalArgumentException(
                    "refusedCount must be <= rowCount (%d), got %d"
                            .formatted(rowCount, refusedCount));
        }
    }
}
