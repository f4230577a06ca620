package dev.loramill.events;

import java.util.List;

/** Names of all Kafka topics, with what each carries. */
public final class Topics {
    /** Public contract: what outside producers write; one row or one small batch. Any key. */
    public static final String ROWS_SUBMITTED = "loramill.rows.submitted";

    /** Validated canonical rows ({@link RowReceived}); key: dataset and row digest. */
    public static final String ROWS_RECEIVED = "loramill.rows.received";

    /** Rows that a recipe kept ({@link RowCleaned}); key: dataset and cleaned digest. */
    public static final String ROWS_CLEANED = "loramill.rows.cleaned";

    /** Rows refused at the door or by a recipe, and duplicates ({@link RowRejected}). */
    public static final String ROWS_REJECTED = "loramill.rows.rejected";

    /** Latest event of each dataset ({@link DatasetEvent}); key: dataset id; compacted. */
    public static final String DATASETS = "loramill.datasets";

    /** Every event of every dataset ({@link DatasetEvent}); key: dataset id; kept for good. */
    public static final String DATASETS_HISTORY = "loramill.datasets.history";

    /** What is to be frozen ({@link FreezeRequested}), answered on datasets; key: dataset id. */
    public static final String FREEZES = "loramill.freezes";

    /** Work for workers ({@link TrainingAssignment}); key: worker id. */
    public static final String TRAINING_ASSIGNMENTS = "loramill.training.assignments";

    /** What attempts report ({@link TrainingEvent}); key: job id. */
    public static final String TRAINING_EVENTS = "loramill.training.events";

    /** Heartbeats ({@link WorkerHeartbeat}); key: worker id; compacted. */
    public static final String WORKERS = "loramill.workers";

    /** Latest state of each adapter ({@link AdapterAnnounced}); key: adapter id; compacted. */
    public static final String ADAPTERS = "loramill.adapters";

    /** What replicas did with adapters ({@link ServingStatus}); key: replica and adapter id. */
    public static final String SERVING_STATUS = "loramill.serving.status";

    private static final String DEAD_LETTER_SUFFIX = ".dlq";

    private Topics() {}

    /** All topics except dead-letter queues. */
    public static List<String> all() {
        return List.of(
                ROWS_SUBMITTED,
                ROWS_RECEIVED,
                ROWS_CLEANED,
                ROWS_REJECTED,
                DATASETS,
                DATASETS_HISTORY,
                FREEZES,
                TRAINING_ASSIGNMENTS,
                TRAINING_EVENTS,
                WORKERS,
                ADAPTERS,
                SERVING_STATUS);
    }

    /** Topics of which Kafka keeps the latest value of each key. */
    public static List<String> compacted() {
        return List.of(DATASETS, WORKERS, ADAPTERS);
    }

    /** Name of the dead-letter queue of a topic. */
    public static String deadLetters(String topic) {
        return topic + DEAD_LETTER_SUFFIX;
    }
}
