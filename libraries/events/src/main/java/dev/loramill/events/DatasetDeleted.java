package dev.loramill.events;

import java.time.Instant;

/**
 * A dataset was deleted by a person, and whoever holds rows of it deletes them. It is the last
 * event of its dataset, whose id is never given again.
 *
 * @param datasetId id of the dataset
 * @param name the id again, since the name that a person gave is deleted too
 * @param recipe recipe that its rows were cleaned with
 * @param deletedAt when it was deleted
 */
public record DatasetDeleted(
        String datasetId, String name, RecipeReference recipe, Instant deletedAt)
        implements DatasetEvent {
    public DatasetDeleted {
        Check.id("datasetId", datasetId);
        Check.name("name", name);
        Check.time("deletedAt", deletedAt);
    }
}
