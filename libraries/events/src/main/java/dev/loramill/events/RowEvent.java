package dev.loramill.events;

import com.fasterxml.jackson.annotation.JsonIgnore;

/** What happened to one row of one dataset. */
public sealed interface RowEvent extends Event permits RowReceived, RowCleaned, RowRejected {
    /** Id of the dataset that the row belongs to. */
    String datasetId();

    /** Where the row came from; names the row within its dataset. */
    RowOrigin origin();

    @Override
    @JsonIgnore
    default String subject() {
        return datasetId() + "/" + origin().rowId();
    }
}
