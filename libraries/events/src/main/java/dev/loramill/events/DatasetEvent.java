package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * What happened to a dataset. Each event repeats the dataset's name and recipe, so that the last
 * one, which is all a compacted topic promises to keep, tells the whole state.
 */
public sealed interface DatasetEvent extends Event
        permits DatasetOpened,
                DatasetSealed,
                DatasetCleaned,
                DatasetFrozen,
                FreezeRefused,
                DatasetDeleted {
    /** Id of the dataset. */
    String datasetId();

    /** Name given by the person who opened it. */
    String name();

    /** Recipe that its rows are cleaned with. */
    RecipeReference recipe();

    @Override
    @JsonIgnore
    default String key() {
        return datasetId();
    }

    @Override
    @JsonIgnore
    default String subject() {
        return datasetId();
    }
}
