package dev.loramill.events;

import java.time.Instant;

/**
 * A dataset was opened and takes rows.
 *
 * @param datasetId id of the dataset
 * @param name name given by the person who opened it
 * @param recipe recipe that its rows are cleaned with
 * @param openedAt when it was opened
 */
public record DatasetOpened(String datasetId, String name, RecipeReference recipe, Instant openedAt)
        implements DatasetEvent {
    public DatasetOpened {
        Check.id("datasetId", datasetId);
        Check.name("name", name);
        Check.time("openedAt", openedAt);
    }
}
